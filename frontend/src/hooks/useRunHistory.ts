// Earlier and present runs of the automation, the newest first, page by page.
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { keys } from '../api/keys';
import { following } from '../realtime/following';
import { onRun } from '../realtime/live';

const PAGE = 20;

export function useRunHistory(status: Schemas['RunStatus'] | null) {
  const query = useInfiniteQuery<
    Schemas['RunPage'],
    Error,
    InfiniteData<Schemas['RunPage']>,
    readonly unknown[],
    string | null
  >({
    queryKey: [...keys.runs, 'history', status],
    initialPageParam: null,
    staleTime: 0,
    placeholderData: (before) => before,
    getNextPageParam: (last) => last.next,
    queryFn: async ({ pageParam }) => {
      await following();
      const after = pageParam ? { after: pageParam } : {};
      const asked = { kind: 'automation' as const, limit: PAGE, ...after };
      const params = { query: status ? { ...asked, status } : asked };
      return ask(api.GET('/api/v1/runs', { params }));
    },
  });
  const { refetch } = query;
  useEffect(() => onRun(() => void refetch()), [refetch]);
  return query;
}
