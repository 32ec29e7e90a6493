// The cache of what was read. Events say what is out of date, so nothing is read again on a whim.
import { type Query, QueryClient, type QueryKey } from '@tanstack/react-query';
import { ProblemError } from './client';

const TRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < TRIES && !(error instanceof ProblemError && error.problem.status in REFUSED),
    },
  },
});

/** Statuses that the same question gets again. */
const REFUSED = { 400: true, 401: true, 402: true, 403: true, 404: true, 409: true, 422: true };

const comingFirst = new WeakSet<Query>();

/** What begins with `queryKey`, or everything, is out of date: what is shown is read again. */
export function outdate(queryKey: QueryKey = []): void {
  // An invalidation does nothing to a first answer on its way, which may be older than the change.
  const firsts = queryClient.getQueryCache().findAll({
    queryKey,
    fetchStatus: 'fetching',
    predicate: (query) => query.state.data === undefined && !comingFirst.has(query),
  });
  for (const query of firsts) {
    comingFirst.add(query);
    const again = () => {
      comingFirst.delete(query);
      void queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
    };
    query.promise?.then(again, () => comingFirst.delete(query));
  }
  void queryClient.invalidateQueries({ queryKey });
}
