// What the seven stages are called before a run says so, and what their counts are counts of.
import type { Progress } from '../../realtime/live';
import { label, number } from '../../words';

export type StageProgress = Progress['stages'][number];
export type QueueName = 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';

export const QUEUES: QueueName[] = ['pending', 'processing', 'completed', 'failed', 'cancelled'];

interface StageWords {
  name: string;
  /** What goes in, as in "Keywords loaded 45". */
  items: string;
  /** What the rows are that a run can begin with here. */
  source: string;
}

export const STAGES: Record<number, StageWords> = {
  1: { name: 'Clustering', items: 'Keywords', source: 'keywords' },
  2: { name: 'Ideas', items: 'Clusters', source: 'clusters without ideas' },
  3: { name: 'Tasks', items: 'Ideas', source: 'ideas without a task' },
  4: { name: 'Content', items: 'Tasks', source: 'tasks without an article' },
  5: { name: 'Image prompts', items: 'Articles', source: 'articles without image prompts' },
  6: { name: 'Images', items: 'Images', source: 'images not yet generated' },
  7: { name: 'Final review', items: 'Articles', source: 'articles that are not reviewed' },
};

/** Names of what stages make that need more than "… created". */
const MADE: Record<string, string> = {
  words: 'Words written',
  featured: 'Featured image prompts',
  in_article: 'In-article image prompts',
  images: 'Images generated',
  ready: 'Ready to publish',
  needs_attention: 'Need attention',
  clusters_left_alone: 'Clusters left alone',
};

/** "Keywords loaded 45", "Clusters created 8": the server's counts of a stage, by name. */
export function factsOf(stage: StageProgress): string[] {
  const loaded = stage.result?.loaded ?? stage.items_total;
  if (stage.status === 'waiting' && loaded === 0) return [];
  const items = STAGES[stage.stage]?.items ?? 'Items';
  const made = Object.entries(stage.result?.created ?? {})
    .filter(([name, count]) => count > 0 || name !== 'clusters_left_alone')
    .map(([name, count]) => `${MADE[name] ?? `${label(name)} created`} ${number(count)}`);
  return [`${items} loaded ${number(loaded)}`, ...made];
}

type StageState =
  | 'pending'
  | 'queued'
  | 'processing'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'paused';

/** How a stage stands, from its counts and its run; `at` is the stage that a failed run stopped in. */
export function stateOf(stage: StageProgress, run: Progress['status'], at?: number): StageState {
  if (run === 'failed' && at === stage.stage) return 'failed';
  if (stage.status === 'waiting') return run === 'cancelled' ? 'cancelled' : 'pending';
  if (stage.status === 'open') {
    if (stage.processing > 0) return 'processing';
    return ({ paused: 'paused', cancelled: 'cancelled' }[run as string] as StageState) ?? 'queued';
  }
  if (stage.cancelled > 0) return 'cancelled';
  return stage.failed > 0 && stage.completed === 0 ? 'failed' : 'completed';
}

export const STATE_HELP: Record<StageState, string> = {
  pending: 'The run has not come to this stage.',
  queued: 'Its items wait for a worker.',
  processing: 'Workers are at work on it.',
  completed: 'Everything in it has an outcome.',
  failed: 'It failed as a whole; the run says why.',
  cancelled: 'The run was cancelled before all of it was done.',
  paused: 'The run is paused; it can be resumed.',
};

/** "3 items", "1 item". */
export function items(count: number): string {
  return `${number(count)} ${count === 1 ? 'item' : 'items'}`;
}

/** Seconds as a length of time: "0.4 s", "8 s", "3 min", "1.5 h". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${number(Math.max(0.1, seconds))} s`;
  if (seconds < 90) return `${number(Math.round(seconds))} s`;
  if (seconds < 5400) return `${number(Math.round(seconds / 60))} min`;
  return `${number(seconds / 3600)} h`;
}

const PAGES: Record<number, (id: string) => string> = {
  1: (id) => `/keywords?id=${id}`,
  2: (id) => `/clusters?id=${id}`,
  3: (id) => `/ideas?id=${id}`,
  4: (id) => `/tasks?id=${id}`,
  5: (id) => `/content/${id}`,
  6: (id) => `/images?id=${id}`,
  7: (id) => `/content/${id}`,
};

/** The address where the row of an item is read and edited. */
export function rowAddress(stage: number, id: string): string {
  return PAGES[stage]?.(id) ?? '/keywords';
}
