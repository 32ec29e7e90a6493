// The first keywords as they would be saved; while no column is chosen, the first cells as they are.
import { ScrollArea, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { number } from '../../words';
import type { Preview } from './useImport';

const SHOWN = 5;

export function ImportSample({ preview }: { preview: Preview }) {
  const { sample, cells } = preview;
  if (sample.length > 0) {
    return (
      <Frame head={['Line', 'Keyword', 'Volume', 'Difficulty', 'CPC', 'Intent', 'Country']}>
        {sample.slice(0, SHOWN).map((row) => (
          <Table.Tr key={row.line}>
            <Table.Td>{row.line}</Table.Td>
            <Table.Td>{row.text}</Table.Td>
            <Table.Td>{row.volume === null ? '' : number(row.volume)}</Table.Td>
            <Table.Td>{row.difficulty}</Table.Td>
            <Table.Td>{row.cpc}</Table.Td>
            <Table.Td>{row.intent}</Table.Td>
            <Table.Td>{row.country}</Table.Td>
          </Table.Tr>
        ))}
      </Frame>
    );
  }
  const names = preview.header.map((name, index) => name.trim() || `Column ${index + 1}`);
  return (
    <Frame head={names}>
      {cells.slice(0, SHOWN).map((row) => (
        <Table.Tr key={row.join(' ')}>
          {names.map((name, index) => (
            <Table.Td key={name}>{row[index]}</Table.Td>
          ))}
        </Table.Tr>
      ))}
    </Frame>
  );
}

function Frame({ head, children }: { head: string[]; children: ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0 }}>
      <Text size="sm" fw={600}>
        First rows
      </Text>
      <Table fz="xs" verticalSpacing={4} aria-label="First rows">
        <Table.Thead>
          <Table.Tr>
            {head.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
