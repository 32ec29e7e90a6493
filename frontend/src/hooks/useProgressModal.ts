// Everything the dialog of a run shows and does. Its texts are the server's; the bar never falls
// but for a retry, which the server's percentage follows by itself.
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ProblemError } from '../api/client';
import { newKey } from '../api/idempotency';
import { type Run, startRun, useRun, useRunMoves } from '../api/runs';
import { confirm } from '../components/common/confirm';
import { announce } from '../components/common/LiveRegion';
import type { Progress } from '../realtime/live';
import { closeRun, keepForLater, type Opened, openRun, useOpened } from './openRuns';
import { useProgress } from './useLive';

export interface ProgressModalState {
  opened: Opened | null;
  progress: Progress | undefined;
  run: Run | undefined;
  /** Why the run, its start, or the last thing asked of it failed. */
  error: Error | Progress['error'];
  ended: boolean;
  close: () => void;
  cancel: () => Promise<void>;
  cancelling: boolean;
  /** Goes on with what failed, in whatever way the run allows; undefined if it does not. */
  again: (() => void) | undefined;
  trying: boolean;
}

export function useProgressModal(): ProgressModalState {
  const opened = useOpened();
  const runId = opened?.runId ?? null;
  const read = useProgress(runId);
  const progress = runId ? read.progress : undefined;
  const run = useRun(runId);
  const { move, retry } = useRunMoves(runId);
  const restart = useMutation({
    mutationFn: () => startRun(opened?.start ?? { selection: [] }, newKey()),
    onSuccess: (made) => openRun(made.id),
  });
  useAnnounced(progress);
  const failed = progress?.status === 'failed' ? progress.error : null;
  const asked = move.error ?? retry.error ?? restart.error;
  const error = asked ?? failed ?? opened?.error ?? (progress ? null : read.error);
  const again = wayOn(opened, run.data, progress, {
    restart: () => restart.mutate(),
    resume: () => move.mutate('resume'),
    retry: () => retry.mutate({}),
  });
  return {
    opened,
    progress,
    run: run.data,
    error,
    ended: progress !== undefined && !['running', 'paused'].includes(progress.status),
    close: () => {
      // A failed run can be gone on with, also before what it allows has been read.
      if (opened && error && (again || failed)) keepForLater(opened, sentence(error));
      closeRun();
    },
    cancel: async () => {
      const agreed = await confirm({
        title: 'Cancel this run?',
        text: 'Nothing new starts, and calls to the AI service are closed. What is saved stays; credits held for the rest come back.',
        yes: 'Cancel the run',
        no: 'Let it go on',
        danger: true,
      });
      if (agreed) move.mutate('cancel');
    },
    cancelling: move.isPending && move.variables === 'cancel',
    again,
    trying: restart.isPending || retry.isPending || move.isPending,
  };
}

interface Ways {
  restart: () => void;
  resume: () => void;
  retry: () => void;
}

function wayOn(
  opened: Opened | null,
  run: Run | undefined,
  progress: Progress | undefined,
  ways: Ways,
): (() => void) | undefined {
  if (opened?.start && !opened.runId) return isInvalid(opened.error) ? undefined : ways.restart;
  if (!progress || !run || run.status === 'running') return undefined;
  if (run.moves.includes('resume')) return ways.resume;
  const failures = progress.stages.some((stage) => stage.failed > 0);
  return run.moves.includes('retry') && failures ? ways.retry : undefined;
}

/** Whether the same request would be refused again, whatever else changes. */
function isInvalid(error: Error | null): boolean {
  return error instanceof ProblemError && error.problem.status === 422;
}

function sentence(error: Error | NonNullable<Progress['error']>): string {
  return error instanceof Error ? error.message : error.user_message;
}

/** Says each new message aloud, when the one region that speaks may. */
function useAnnounced(progress: Progress | undefined): void {
  const message = progress?.message;
  useEffect(() => {
    if (message) announce(message);
  }, [message]);
}
