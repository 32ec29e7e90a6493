// The form that adds a user; they sign in by the link that it leads to.
import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Role } from '../../api/settings';
import { ROLES } from './UserLine';

interface AddUserProps {
  add: (user: { email: string; role: Role }) => Promise<void>;
  adding: boolean;
}

export function AddUser({ add, adding }: AddUserProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add({ email: email.trim(), role }).then(
      () => setEmail(''),
      () => undefined, // shown by the list's panel; what was typed stays
    );
  };
  return (
    <form onSubmit={submit} aria-label="Add a user">
      <Group gap="sm" align="flex-end">
        <TextInput
          label="E-mail address"
          type="email"
          required
          maxLength={254}
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          data={ROLES}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
        />
        <Button type="submit" loading={adding} disabled={!email.trim()}>
          Add the user
        </Button>
      </Group>
    </form>
  );
}
