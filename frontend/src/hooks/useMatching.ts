// How many rows of a table match its filters, known before all of them are chosen.
import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys';
import { type Filters, fetchIds, type Table } from '../api/tables';

/** What the choice of all rows must know of their list. */
export interface MatchedList {
  table: Table;
  ids: string[];
  filters: Filters;
  more: boolean;
}

interface Matching {
  total: number;
  /** How many of them can be chosen at once: the oldest. */
  most: number;
}

/** A list that is loaded to its end counts itself; of others the server counts. */
export function useMatching(list: MatchedList) {
  const query = useQuery<Matching>({
    queryKey: keys.matching(list.table, list.filters),
    enabled: list.more,
    staleTime: 0,
    queryFn: async () => {
      const { ids, total } = await fetchIds(list.table, list.filters);
      return { total, most: ids.length }; // not the ids: they would stay in memory
    },
  });
  const loaded = { total: list.ids.length, most: list.ids.length };
  return {
    matching: list.more ? query.data : loaded,
    error: list.more ? query.error : null,
    reload: () => void query.refetch(),
  };
}
