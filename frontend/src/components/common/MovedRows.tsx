// Says that rows changed in what the table is sorted by, and lets the reader sort it anew.
import { Anchor, Text } from '@mantine/core';
import type { Table } from '../../api/tables';
import { useMoved } from '../../hooks/useMoved';
import type { RowList } from '../../hooks/useRowList';
import { number } from '../../words';

export function MovedRows<T extends Table>({ list }: { list: RowList<T> }) {
  const count = useMoved(list);
  if (count === 0) return null;
  return (
    <Text size="sm" role="status">
      {count === 1 ? '1 row changed order' : `${number(count)} rows changed order`} –{' '}
      <Anchor component="button" type="button" size="sm" underline="always" onClick={list.reload}>
        refresh
      </Anchor>
    </Text>
  );
}
