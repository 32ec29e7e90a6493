// What the server says of a run and of an error, whole, with the parts a test is about.
import type { ErrorPayload, Problem } from '../api/client';
import type { Run } from '../api/runs';
import type { StageProgress } from '../components/automation/stages';
import type { Progress } from '../realtime/live';

export function payload(part: Partial<ErrorPayload> = {}): ErrorPayload {
  return {
    status: 'error',
    error_type: 'AIProviderError',
    error_message: 'status 500',
    user_message: 'The AI service is not available',
    phase: 'AI_CALL',
    stage: 1,
    item: null,
    action: { kind: 'retry', label: 'Retry', href: null },
    retryable: true,
    error_id: 'e-1',
    timestamp: '2026-01-01T10:00:00Z',
    ...part,
  };
}

export function problem(part: Partial<Problem> = {}): Problem {
  const none = { error: null, error_id: null, errors: null, hint: null, moves: null };
  const code = { type: 'about:blank', title: 'Conflict', instance: '', status: 409, code: 'taken' };
  return { ...none, ...code, detail: 'The name is taken.', ...part };
}

export function stage(part: Partial<StageProgress> = {}): StageProgress {
  return {
    stage: 1,
    name: 'Keywords → Clusters',
    function: 'auto_cluster',
    status: 'open',
    items_total: 0,
    pending: 0,
    processing: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    percentage: 0,
    result: null,
    ...part,
  };
}

export function progress(part: Partial<Progress> = {}): Progress {
  return {
    run_id: 'a-run',
    function: 'auto_cluster',
    title: 'Cluster keywords',
    status: 'running',
    phase: 'AI_CALL',
    stage: 1,
    order: 'stage_by_stage',
    concurrency: 4,
    percentage: 42.6,
    message: 'Clustering 50 keywords',
    current_item: null,
    details: {},
    items_total: 50,
    items_processed: 20,
    items_failed: 0,
    estimated_seconds_remaining: null,
    stages: [],
    steps: [],
    error: null,
    started_at: '2026-01-01T10:00:00Z',
    updated_at: '2026-01-01T10:00:01Z',
    ended_at: null,
    ...part,
  };
}

/** A run with as much of its record as the dialogs read. */
export function run(part: Partial<Run> = {}): Run {
  return { id: 'a-run', status: 'running', moves: ['cancel'], credits_used: 0, ...part } as Run;
}
