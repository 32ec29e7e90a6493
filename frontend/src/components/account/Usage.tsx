// What each run has used. Tokens that the AI service did not tell are unknown, never 0.
import { Button, Group, Table } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { type RunUse, useUsage } from '../../api/account';
import { openRun } from '../../hooks/openRuns';
import { functionName, label, moment, number } from '../../words';
import { Listing } from './Listing';
import { Section } from './Section';

const COLUMNS = [
  { title: 'Run' },
  { title: 'Started' },
  { title: 'Status' },
  { title: 'Charged', numeric: true },
  { title: 'Came back', numeric: true },
  { title: 'Tokens in', numeric: true },
  { title: 'Tokens out', numeric: true },
  { title: 'Look at' },
];

export function Usage() {
  const pages = useUsage();
  return (
    <Section
      title="Use per run"
      about="Credits and tokens. What the AI service did not tell is unknown."
    >
      <Listing
        pages={pages}
        label="Use per run"
        columns={COLUMNS}
        empty="No run has used credits yet."
      >
        {pages.items.map((run) => (
          <Line key={run.run_id} run={run} />
        ))}
      </Listing>
    </Section>
  );
}

function Line({ run }: { run: RunUse }) {
  const [, setAddress] = useSearchParams();
  const name = run.function ? functionName(run.function) : 'Automation';
  const when = moment(run.started_at);
  const { use } = run;
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{when}</Table.Td>
      <Table.Td>{label(run.status)}</Table.Td>
      <Table.Td ta="right">{number(use.charged)}</Table.Td>
      <Table.Td ta="right">{number(use.released)}</Table.Td>
      <Table.Td ta="right">{tokens(use.tokens_in, use.untold)}</Table.Td>
      <Table.Td ta="right">{tokens(use.tokens_out, use.untold)}</Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Progress of ${name}, ${when}`}
            onClick={() => openRun(run.run_id)}
          >
            Progress
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Ledger of ${name}, ${when}`}
            onClick={() => {
              setAddress({ run_id: run.run_id }, { replace: true });
              document.getElementById('ledger')?.scrollIntoView();
            }}
          >
            Ledger
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function tokens(count: number | null, untold: number): string {
  if (count === null) return 'unknown';
  return untold > 0 ? `${number(count)} and unknown` : number(count);
}
