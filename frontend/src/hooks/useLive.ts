// Reads of the live stores: each redraws its component only when its own value changes.

import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { api, ask } from '../api/client';
import { keys } from '../api/keys';
import type { Rows, Table } from '../api/tables';
import type { Connection } from '../realtime/eventStream';
import type { Keyed } from '../realtime/keyed';
import { facts, type Progress, progressOf, takeProgress, type Workers } from '../realtime/live';
import { storeOf } from '../realtime/stores';

/** The value of a key, as it is now. */
export function useKeyed<Value>(store: Keyed<Value>, key: string): Value | undefined {
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(key, listener),
    [store, key],
  );
  return useSyncExternalStore(subscribe, () => store.get(key));
}

/** A row as it is now; undefined if it was deleted or never seen. */
export function useRow<T extends Table>(table: T, id: string): Rows[T] | undefined {
  return useKeyed(storeOf(table), id);
}

export function useConnection(): Connection {
  return (useKeyed(facts, 'connection') as Connection | undefined) ?? 'connecting';
}

/** Worker processes by kind; undefined while not known. */
export function useWorkers(): Workers | undefined {
  return useKeyed(facts, 'workers') as Workers | undefined;
}

/** Progress of a run as it is now. It is read once; from then on events bring it. */
export function useProgress(runId: string | null): {
  progress: Progress | undefined;
  error: Error | null;
} {
  const { data, error } = useQuery({
    queryKey: keys.progress(runId ?? ''),
    enabled: runId !== null,
    queryFn: async () =>
      ask(api.GET('/api/v1/runs/{run_id}/progress', { params: { path: { run_id: runId ?? '' } } })),
  });
  useEffect(() => {
    if (data) takeProgress(data);
  }, [data]);
  return { progress: useKeyed(progressOf, runId ?? '') ?? data, error };
}
