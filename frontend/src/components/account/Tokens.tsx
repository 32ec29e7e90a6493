// API tokens: made for a script, shown once, revoked when it is no longer needed.
import { Button, Group, Table, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Token, useMakeToken, useRevokeToken, useTokens } from '../../api/settings';
import { moment } from '../../words';
import { confirm } from '../common/confirm';
import { ErrorPanel } from '../common/ErrorPanel';
import { Listing } from './Listing';
import { Section } from './Section';
import { ShownOnce } from './ShownOnce';

const COLUMNS = [
  { title: 'Name' },
  { title: 'Of' },
  { title: 'Made' },
  { title: 'Last used' },
  { title: 'Revoke' },
];

export function Tokens() {
  const pages = useTokens();
  const make = useMakeToken();
  const revoke = useRevokeToken();
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(name.trim(), { onSuccess: () => setName('') });
  };
  const ask = async (token: Token) => {
    const agreed = await confirm({
      title: `Revoke ${token.name}?`,
      text: 'Scripts that use it are refused from now on. This cannot be undone.',
      yes: 'Revoke the token',
      danger: true,
    });
    if (agreed) revoke.mutate(token.id);
  };
  const failed = make.error ?? revoke.error;
  return (
    <Section title="API tokens" about="A token lets a script in with what its user may do.">
      <form onSubmit={submit} aria-label="Make an API token">
        <Group gap="sm" align="flex-end">
          <TextInput
            label="What it is for"
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
            Make a token
          </Button>
        </Group>
      </form>
      {failed && <ErrorPanel error={failed} />}
      {make.data && (
        <ShownOnce
          title={`Token ${make.data.name}`}
          value={make.data.token}
          about="Copy it now: it is not shown again."
          onDone={make.reset}
        />
      )}
      <Listing pages={pages} label="API tokens" columns={COLUMNS} empty="There are no API tokens.">
        {pages.items.map((token) => (
          <Table.Tr key={token.id}>
            <Table.Td>{token.name}</Table.Td>
            <Table.Td>{token.email}</Table.Td>
            <Table.Td>{moment(token.created_at)}</Table.Td>
            <Table.Td>{token.used_at ? moment(token.used_at) : 'Never'}</Table.Td>
            <Table.Td>
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Revoke ${token.name}`}
                onClick={() => void ask(token)}
              >
                Revoke
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Listing>
    </Section>
  );
}
