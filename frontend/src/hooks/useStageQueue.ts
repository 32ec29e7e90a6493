// One queue of a stage: its items page by page, read again when the server's counts change.
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { keys } from '../api/keys';
import type { QueueName } from '../components/automation/stages';

const PAGE = 25;
/** Least time between two readings, for each page that is shown. */
const REST = 1000;

export interface QueueEntry {
  item: Schemas['QueueItem'];
  error: Schemas['ErrorPayload'] | null;
}

interface QueuePage {
  entries: QueueEntry[];
  next: string | null;
}

interface Place {
  run: string;
  stage: number;
  queue: QueueName;
  /** Only items with this in their title. */
  q: string;
}

async function readPage(place: Place, after: string | null): Promise<QueuePage> {
  const { run, stage, queue, q } = place;
  const path = { run_id: run, stage };
  const query = { queue, limit: PAGE, ...(q ? { q } : {}), ...(after ? { after } : {}) };
  const asked = api.GET('/api/v1/runs/{run_id}/stages/{stage}/queues', { params: { path, query } });
  const found = await ask(asked);
  const entries =
    queue === 'failed' ? found.failed : found[queue].map((item) => ({ item, error: null }));
  return { entries, next: found.next[queue] ?? null };
}

/** `counts` is anything that changes when items of the stage have moved. */
export function useStageQueue(place: Place, counts: string) {
  const query = useInfiniteQuery<
    QueuePage,
    Error,
    InfiniteData<QueuePage>,
    readonly unknown[],
    string | null
  >({
    queryKey: [...keys.queues(place.run), place.stage, place.queue, place.q],
    staleTime: 0, // events name no items: what was read before is old when it is shown again
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
    queryFn: ({ pageParam }) => readPage(place, pageParam),
  });
  const { refetch } = query;
  const pages = query.data?.pages ?? [];
  const rest = REST * Math.max(1, pages.length);
  const latest = useRef(counts);
  const read = useRef(counts);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = counts;
    if (read.current === counts || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      read.current = latest.current;
      void refetch();
    }, rest);
  }, [counts, refetch, rest]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return {
    entries: pages.flatMap((page) => page.entries),
    loading: query.isPending,
    error: query.error,
    reload: () => void refetch(),
    more: query.hasNextPage,
    loadMore: () => void query.fetchNextPage(),
    loadingMore: query.isFetchingNextPage,
  };
}
