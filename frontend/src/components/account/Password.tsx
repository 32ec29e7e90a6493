// One's own password, and the way out.
import { Button, Group, PasswordInput, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useChangePassword } from '../../api/settings';
import { type Session, useSignOut } from '../../hooks/useSession';
import { ErrorPanel } from '../common/ErrorPanel';
import { tell } from '../common/notices';
import { Section } from './Section';

export function Password({ session }: { session: Session }) {
  const signOut = useSignOut();
  return (
    <Section title="You">
      <Group justify="space-between" gap="xs">
        <Text>
          {session.user.email}, {session.user.role === 'admin' ? 'administrator' : 'member'} of{' '}
          {session.account.name}
        </Text>
        <Button variant="default" onClick={() => signOut.mutate()} loading={signOut.isPending}>
          Sign out
        </Button>
      </Group>
      <Form session={session} />
    </Section>
  );
}

function Form({ session }: { session: Session }) {
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [made, setMade] = useState('');
  const { has_password: has, email } = session.user;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { current: current || null, new: made },
      {
        onSuccess: () => {
          setCurrent('');
          setMade('');
          tell({ message: 'Your password is changed. Your other sessions have ended.' });
        },
      },
    );
  };
  return (
    <form onSubmit={submit} aria-label="Your password">
      <input type="hidden" autoComplete="username" value={email} />
      <Group gap="sm" align="flex-end">
        {has && (
          <PasswordInput
            label="Current password"
            description="Not needed soon after a sign-in link"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            w={260}
          />
        )}
        <PasswordInput
          label="New password"
          required
          autoComplete="new-password"
          value={made}
          onChange={(event) => setMade(event.currentTarget.value)}
          w={260}
        />
        <Button type="submit" loading={change.isPending} disabled={!made}>
          {has ? 'Change the password' : 'Set a password'}
        </Button>
      </Group>
      {change.error && <ErrorPanel error={change.error} />}
    </form>
  );
}
