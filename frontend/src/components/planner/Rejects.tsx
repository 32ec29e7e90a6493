// Rows of a file that cannot be imported, with their line and the reason.
import { Spoiler, Stack, Table, Text } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { number } from '../../words';

interface RejectsProps {
  rejected: Schemas['Rejected'][];
  unread: Schemas['Unread'][];
  counts: { rejected: number; unread: number };
}

export function Rejects({ rejected, unread, counts }: RejectsProps) {
  return (
    <>
      {rejected.length > 0 && (
        <Listed
          title={`${rows(counts.rejected)} left out`}
          lines={rejected.map((each) => [each.line, each.reason, each.text])}
        />
      )}
      {unread.length > 0 && (
        <Listed
          title={`${cells(counts.unread)} not understood, saved as unknown`}
          lines={unread.map((each) => [each.line, each.column, each.text])}
        />
      )}
    </>
  );
}

const rows = (count: number) => (count === 1 ? '1 row' : `${number(count)} rows`);
const cells = (count: number) => (count === 1 ? '1 cell' : `${number(count)} cells`);

function Listed({ title, lines }: { title: string; lines: [number, string, string][] }) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Spoiler maxHeight={150} showLabel="Show all that are listed" hideLabel="Show fewer">
        <Table fz="xs" verticalSpacing={4} aria-label={title}>
          <Table.Tbody>
            {lines.map(([line, why, text]) => (
              <Table.Tr key={`${line} ${why}`}>
                <Table.Td w={80}>Line {line}</Table.Td>
                <Table.Td>{why}</Table.Td>
                <Table.Td style={{ wordBreak: 'break-word' }}>{text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Spoiler>
    </Stack>
  );
}
