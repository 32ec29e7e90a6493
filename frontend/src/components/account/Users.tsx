// Who may sign in to this account. For administrators.
import { useState } from 'react';
import { type User, useUserMoves, useUsers } from '../../api/settings';
import { confirm } from '../common/confirm';
import { ErrorPanel } from '../common/ErrorPanel';
import { AddUser } from './AddUser';
import { Listing } from './Listing';
import { Section } from './Section';
import { ShownOnce } from './ShownOnce';
import { UserLine } from './UserLine';

const COLUMNS = [
  { title: 'E-mail' },
  { title: 'Role' },
  { title: 'Last seen' },
  { title: 'Password' },
  { title: 'Change' },
];

interface Link {
  email: string;
  path: string;
}

export function Users() {
  const pages = useUsers();
  const { add, change, link, remove } = useUserMoves();
  const [made, setMade] = useState<Link | null>(null);
  const forget = () => {
    for (const each of [add, change, link, remove]) each.reset();
  };
  const makeLink = (user: User) => {
    forget();
    link.mutate(user.id, {
      onSuccess: ({ path }) => setMade({ email: user.email, path }),
    });
  };
  const ask = async (user: User) => {
    forget();
    const agreed = await confirm({
      title: `Delete ${user.email}?`,
      text: 'Their sessions, tokens and links end at once. What they made stays.',
      yes: 'Delete the user',
      danger: true,
    });
    if (agreed) remove.mutate(user.id);
  };
  const failed = add.error ?? change.error ?? link.error ?? remove.error;
  return (
    <Section title="Users" about="Administrators add credits and users; members do all the rest.">
      <AddUser
        adding={add.isPending}
        add={async (user) => {
          forget();
          const answer = await add.mutateAsync(user);
          if (answer.link) setMade({ email: user.email, path: answer.link.path });
        }}
      />
      {failed && <ErrorPanel error={failed} />}
      {made && (
        <ShownOnce
          title={`Sign-in link for ${made.email}`}
          value={window.location.origin + made.path}
          about="Send it to them now: it works once, and is not shown again."
          onDone={() => setMade(null)}
        />
      )}
      <Listing pages={pages} label="Users" columns={COLUMNS} empty="There are no users.">
        {pages.items.map((user) => (
          <UserLine
            key={user.id}
            user={user}
            setRole={(role) => {
              forget();
              change.mutate({ id: user.id, role });
            }}
            makeLink={() => makeLink(user)}
            remove={() => void ask(user)}
          />
        ))}
      </Listing>
    </Section>
  );
}
