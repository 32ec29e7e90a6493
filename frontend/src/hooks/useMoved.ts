// How many rows of a list have another value now in what it is sorted by. They are not moved under
// the eyes of whoever reads: the list is read again when that is wished.
import { useEffect, useState } from 'react';
import type { AnyRow, Table } from '../api/tables';
import { stores } from '../realtime/stores';
import type { RowList } from './useRowList';

export function useMoved<T extends Table>(list: RowList<T>): number {
  const { table, values, sort } = list;
  const [count, setCount] = useState(0);
  useEffect(() => {
    const field = sort.replace('-', '') as keyof AnyRow;
    const moved = new Set<string>();
    const look = (ids: Iterable<string>) => {
      for (const id of ids) {
        const row = stores[table].get(id);
        if (row && values.has(id) && row[field] !== values.get(id)) moved.add(id);
        else moved.delete(id);
      }
      setCount(moved.size);
    };
    look(values.keys());
    return stores[table].onAny(look);
  }, [table, values, sort]);
  return count;
}
