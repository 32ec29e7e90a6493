// A table's rows in the order and under the filters of the address: ids only, page by page.
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { keys } from '../api/keys';
import { type Filters, fetchPage, type Table } from '../api/tables';
import { keepPage, type ListPage } from '../realtime/rowFetcher';

export interface RowList<T extends Table> {
  table: T;
  ids: string[];
  /** What rows were sorted by when they were read, by their ids. */
  values: ReadonlyMap<string, unknown>;
  /** Filters that are set, by the names the API knows them by; without the order. */
  filters: Filters;
  setFilter: (name: string, value: string | null) => void;
  clearFilters: () => void;
  sort: string;
  setSort: (sort: string) => void;
  more: boolean;
  loadMore: () => void;
  loading: boolean;
  error: Error | null;
  reload: () => void;
}

export interface ListOptions {
  /** Names of the query parameters that may stand in the address; `q` always may. */
  filters: readonly string[];
  sort: string;
}

export function useRowList<T extends Table>(table: T, options: ListOptions): RowList<T> {
  const [params, setParams] = useSearchParams();
  const names = useMemo(() => ['q', ...options.filters], [options.filters]);
  const sort = params.get('sort') ?? options.sort;
  const search = params.toString();
  const filters = useMemo(() => {
    const all = new URLSearchParams(search);
    return Object.fromEntries(names.flatMap((name) => pair(name, all.get(name))));
  }, [names, search]);
  const query = useInfiniteQuery<
    ListPage,
    Error,
    InfiniteData<ListPage>,
    readonly unknown[],
    string | null
  >({
    queryKey: keys.list(table, { ...filters, sort }),
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    queryFn: async ({ pageParam }) => {
      const asked = performance.now();
      return keepPage(table, await fetchPage(table, { ...filters, sort }, pageParam), asked, sort);
    },
  });
  const set = useCallback(
    (change: (next: URLSearchParams) => void) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          change(next);
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  const ids = useMemo(() => query.data?.pages.flatMap((page) => page.ids) ?? [], [query.data]);
  const values = useMemo(
    () => new Map(query.data?.pages.flatMap((page) => Object.entries(page.values))),
    [query.data],
  );
  return {
    table,
    ids,
    values,
    filters,
    setFilter: (name, value) => set((next) => (value ? next.set(name, value) : next.delete(name))),
    clearFilters: () =>
      set((next) => {
        for (const name of names) next.delete(name);
      }),
    sort,
    setSort: (wanted) => set((next) => next.set('sort', wanted)),
    more: query.hasNextPage,
    loadMore: () => {
      if (!query.isFetching) void query.fetchNextPage();
    },
    loading: query.isPending,
    error: query.error,
    reload: () => void query.refetch(),
  };
}

function pair(name: string, value: string | null): [string, string][] {
  return value ? [[name, value]] : [];
}
