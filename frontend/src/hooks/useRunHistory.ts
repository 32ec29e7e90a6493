// Earlier and present runs, by hand and of the automation, the newest first, page by page.
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { keys } from '../api/keys';
import { following } from '../realtime/following';
import { onRun } from '../realtime/live';

const PAGE = 20;

export interface RunFilter {
  status?: Schemas['RunStatus'];
  kind?: 'automation' | 'by_hand';
}

export function useRunHistory(filter: RunFilter) {
  const query = useInfiniteQuery<
    Schemas['RunPage'],
    Error,
    InfiniteData<Schemas['RunPage']>,
    readonly unknown[],
    string | null
  >({
    queryKey: [...keys.runs, 'history', filter],
    initialPageParam: null,
    staleTime: 0,
    placeholderData: (before) => before,
    getNextPageParam: (last) => last.next,
    queryFn: async ({ pageParam }) => {
      await following();
      const after = pageParam ? { after: pageParam } : {};
      const query = { limit: PAGE, ...after, ...filter };
      return ask(api.GET('/api/v1/runs', { params: { query } }));
    },
  });
  const { refetch } = query;
  useEffect(() => onRun(() => void refetch()), [refetch]);
  return query;
}
