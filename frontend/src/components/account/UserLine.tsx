// One user, with what an administrator can do about them.
import { Button, Group, NativeSelect, Table } from '@mantine/core';
import type { Role, User } from '../../api/settings';
import { moment } from '../../words';

export const ROLES: { value: Role; label: string }[] = [
  { value: 'member', label: 'Member' },
  { value: 'admin', label: 'Administrator' },
];

interface UserLineProps {
  user: User;
  setRole: (role: Role) => void;
  makeLink: () => void;
  remove: () => void;
}

export function UserLine({ user, setRole, makeLink, remove }: UserLineProps) {
  return (
    <Table.Tr>
      <Table.Td>{user.email}</Table.Td>
      <Table.Td>
        <NativeSelect
          size="xs"
          aria-label={`Role of ${user.email}`}
          data={ROLES}
          value={user.role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
        />
      </Table.Td>
      <Table.Td>{user.seen_at ? moment(user.seen_at) : 'Not signed in'}</Table.Td>
      <Table.Td>{user.has_password ? 'Set' : 'None'}</Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Make a sign-in link for ${user.email}`}
            onClick={makeLink}
          >
            Sign-in link
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Delete ${user.email}`}
            onClick={remove}
          >
            Delete
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
