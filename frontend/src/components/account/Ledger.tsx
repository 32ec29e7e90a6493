// Every movement of the account's credits, newest first. Its filters stand in the address.
import { Button, Group, NativeSelect, Table, Text } from '@mantine/core';
import { useSearchParams } from 'react-router';
import type { Entry, LedgerFilters } from '../../api/account';
import { useLedger } from '../../api/account';
import { label, moment, number } from '../../words';
import { STAGES } from '../automation/stages';
import { Listing } from './Listing';
import { Section } from './Section';

const KINDS: Record<string, string> = {
  top_up: 'Added',
  hold: 'Held',
  charge: 'Charged',
  release: 'Came back',
};

const COLUMNS = [
  { title: 'Time' },
  { title: 'Kind' },
  { title: 'For' },
  { title: 'To spend', numeric: true },
  { title: 'Held', numeric: true },
];

export function Ledger() {
  const [address, setAddress] = useSearchParams();
  const kind = address.get('kind');
  const run = address.get('run_id');
  const filters: LedgerFilters = {
    ...(kind && kind in KINDS && { kind: kind as Entry['kind'] }),
    ...(run && { run_id: run }),
  };
  const pages = useLedger(filters);
  const set = (name: string, value: string) =>
    setAddress(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  return (
    <Section
      title="Ledger"
      about="What came, what is held, what was charged. Nothing is ever changed."
    >
      <Group gap="xs" align="flex-end" role="search" id="ledger">
        <NativeSelect
          aria-label="Kind"
          value={kind ?? ''}
          onChange={(event) => set('kind', event.currentTarget.value)}
          data={[
            { value: '', label: 'Kind: all' },
            ...Object.entries(KINDS).map(([value, word]) => ({ value, label: word })),
          ]}
        />
        {run && (
          <Button variant="default" onClick={() => set('run_id', '')}>
            Of one run · show all
          </Button>
        )}
      </Group>
      <Listing pages={pages} label="Ledger" columns={COLUMNS} empty="No entries match.">
        {pages.items.map((entry) => (
          <Line key={entry.id} entry={entry} />
        ))}
      </Listing>
    </Section>
  );
}

function Line({ entry }: { entry: Entry }) {
  const stage = entry.stage === null ? '' : (STAGES[entry.stage]?.name ?? '');
  const what = entry.title ?? (entry.note || stage);
  return (
    <Table.Tr>
      <Table.Td>{moment(entry.created_at)}</Table.Td>
      <Table.Td>{KINDS[entry.kind] ?? label(entry.kind)}</Table.Td>
      <Table.Td maw={360}>
        <Text size="sm" truncate="end" title={what}>
          {what}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{signed(entry.amount)}</Table.Td>
      <Table.Td ta="right">{signed(entry.held)}</Table.Td>
    </Table.Tr>
  );
}

function signed(value: number): string {
  if (value === 0) return '';
  return value > 0 ? `+${number(value)}` : `−${number(-value)}`;
}
