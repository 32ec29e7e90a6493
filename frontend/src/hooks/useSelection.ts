// Which rows are chosen: one, a range by shift, or all that match the filters.
import { useMutation } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Filters, fetchIds, type Table } from '../api/tables';

export interface Selection {
  ids: ReadonlySet<string>;
  /** Chooses a row or lets it go; `range` does the same to all rows since the last one. */
  toggle: (id: string, range: boolean) => void;
  set: (ids: Iterable<string>) => void;
  clear: () => void;
  /** Chooses all rows that match, also those not loaded yet. */
  selectAll: () => void;
  selectingAll: boolean;
  error: Error | null;
}

export function useSelection(list: { table: Table; ids: string[]; filters: Filters }): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string | null>(null);
  const loaded = useRef(list.ids);
  loaded.current = list.ids;
  const filters = JSON.stringify(list.filters);
  const all = useMutation({
    mutationFn: () => fetchIds(list.table, list.filters),
    onSuccess: (found) => setIds(new Set(found.ids)),
  });
  const clear = useCallback(() => {
    anchor.current = null;
    setIds(new Set());
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other filters show other rows
  useEffect(clear, [filters, clear]);
  const toggle = useCallback((id: string, range: boolean) => {
    const from = anchor.current;
    anchor.current = id;
    setIds((before) => {
      const next = new Set(before);
      const chosen = !before.has(id);
      for (const each of range && from ? between(loaded.current, from, id) : [id]) {
        if (chosen) next.add(each);
        else next.delete(each);
      }
      return next;
    });
  }, []);
  return {
    ids,
    toggle,
    clear,
    set: useCallback((wanted) => setIds(new Set(wanted)), []),
    selectAll: all.mutate,
    selectingAll: all.isPending,
    error: all.error,
  };
}

/** The ids from one to the other, both included, whichever stands first. */
export function between(ids: string[], one: string, other: string): string[] {
  const [first, last] = [ids.indexOf(one), ids.indexOf(other)].sort((a, b) => a - b);
  if (first === undefined || last === undefined || first < 0) return [other];
  return ids.slice(first, last + 1);
}
