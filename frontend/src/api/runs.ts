// Runs: starting one, what can be done with it, and those that have not ended.
import { useMutation, useQuery } from '@tanstack/react-query';
import { following } from '../realtime/following';
import { api, ask, type Schemas } from './client';
import { keys } from './keys';
import { queryClient } from './queryClient';

export type Run = Schemas['Run'];
export type Start = Partial<Schemas['StartRun']> & Pick<Schemas['StartRun'], 'selection'>;
export type Retried = Schemas['Retried'];
export type Move = 'pause' | 'resume' | 'cancel';

const path = (run_id: string) => ({ params: { path: { run_id } } });

/** Starts a run; a double click with the same `key` starts one only. */
export function startRun(start: Start, key: string): Promise<Run> {
  const body = start as Schemas['StartRun']; // what is left out has the API's defaults
  return ask(api.POST('/api/v1/runs', { body, headers: { 'Idempotency-Key': key } }));
}

/** Pauses, resumes or cancels a run. The answer to a cancel is its receipt. */
function moveRun(id: string, move: Move): Promise<Run | Schemas['Cancelled']> {
  if (move === 'pause') return ask(api.POST('/api/v1/runs/{run_id}/pause', path(id)));
  if (move === 'resume') return ask(api.POST('/api/v1/runs/{run_id}/resume', path(id)));
  return ask(api.POST('/api/v1/runs/{run_id}/cancel', path(id)));
}

/** Tries failed items again: all, those of a stage, or those named. */
function retryRun(id: string, which: Partial<Schemas['RetryRun']> = {}): Promise<Retried> {
  const body = which as Schemas['RetryRun'];
  return ask(api.POST('/api/v1/runs/{run_id}/retry', { ...path(id), body }));
}

export const readProgress = (id: string) =>
  ask(api.GET('/api/v1/runs/{run_id}/progress', path(id)));

/** A run as the record has it. */
export function useRun(id: string | null) {
  return useQuery({
    queryKey: keys.run(id ?? ''),
    enabled: id !== null,
    queryFn: () => ask(api.GET('/api/v1/runs/{run_id}', path(id ?? ''))),
  });
}

async function readActive(): Promise<Run[]> {
  await following();
  const pages = await Promise.all(
    (['running', 'paused'] as const).map((status) =>
      ask(api.GET('/api/v1/runs', { params: { query: { status } } })),
    ),
  );
  return pages.flatMap((page) => page.items).sort((a, b) => b.id.localeCompare(a.id));
}

/** The runs that have not ended, the newest first. */
export function useActiveRuns() {
  return useQuery({ queryKey: keys.activeRuns, queryFn: readActive });
}

/** Pause, resume, cancel and retry of one run. */
export function useRunMoves(id: string | null) {
  const onSettled = () => queryClient.invalidateQueries({ queryKey: keys.runs });
  const move = useMutation({ mutationFn: (to: Move) => moveRun(id ?? '', to), onSettled });
  const retry = useMutation({
    mutationFn: (which?: Partial<Schemas['RetryRun']>) => retryRun(id ?? '', which),
    onSettled,
  });
  return { move, retry };
}
