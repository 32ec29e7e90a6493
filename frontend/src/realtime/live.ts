// What this tab knows of the account right now, and how each event changes it.
import { api, ask, type Schemas, signedOut } from '../api/client';
import { keys } from '../api/keys';
import { outdate } from '../api/queryClient';
import { STAGE_TABLE, type Table } from '../api/tables';
import { type Connection, EventStream, type Polled } from './eventStream';
import { forgetFollowing, nowFollowing } from './following';
import type { Frame, LiveEvent } from './frames';
import { Keyed } from './keyed';
import { askFor, dropRows, forgetAsked, listsMayHaveGrown } from './rowFetcher';
import { stores } from './stores';

export type Progress = Schemas['Progress'];
export type Workers = { text: number; images: number };
type RunEvent = Extract<LiveEvent, { type: 'run' }>;

/** Progress of runs by their id; of two the later is kept. */
export const progressOf = new Keyed<Progress>();
/** Single facts: `connection`, `workers`, `balance`. */
export const facts = new Keyed<unknown>();

const runListeners = new Set<(event: RunEvent) => void>();
const runVersions = new Map<string, number>();

/** Calls `listener` for each change of a run's status. Returns how to stop that. */
export function onRun(listener: (event: RunEvent) => void): () => void {
  runListeners.add(listener);
  return () => runListeners.delete(listener);
}

/** Takes a run's progress, pushed or read, unless a later one is known. */
export function takeProgress(progress: Progress): void {
  const known = progressOf.get(progress.run_id);
  if (known && known.updated_at > progress.updated_at) return;
  progressOf.set(progress.run_id, { ...progress, steps: joined(known?.steps ?? [], progress) });
}

/** Events carry the newest steps only: they go behind those that are known. */
function joined(known: Schemas['Step'][], progress: Progress): Schemas['Step'][] {
  const oldest = progress.steps[0];
  if (!oldest) return known;
  return [...known.filter((step) => step.at < oldest.at), ...progress.steps];
}

const handlers: {
  [Type in LiveEvent['type']]: (event: Extract<LiveEvent, { type: Type }>) => void;
} = {
  run: (event) => {
    if ((runVersions.get(event.run) ?? 0) >= event.version) return;
    runVersions.set(event.run, event.version);
    outdate(keys.activeRuns);
    outdate(keys.run(event.run));
    for (const listener of runListeners) listener(event);
  },
  stage: (event) => {
    if (event.status) outdate(keys.run(event.run));
  },
  items: (event) => {
    const table = STAGE_TABLE[event.stage];
    if (!table) return;
    const known = stores[table].push(event.items, event.status);
    if (event.status === 'completed') askFor(table, known);
  },
  rows: (event) => {
    if (event.deleted) dropRows(event.table, event.ids);
    else if (event.many) rereadTable(event.table, began);
    else {
      const known = event.ids.filter((id) => stores[event.table].has(id));
      askFor(event.table, known);
      if (known.length < event.ids.length) listsMayHaveGrown(event.table);
    }
  },
  progress: (event) => takeProgress(event.progress),
  credits: (event) => {
    facts.set('balance', event.balance);
    outdate(keys.credits);
  },
  workers: (event) => facts.set('workers', { text: event.text, images: event.images }),
};

/** When the frame that is being applied was begun: what it pushes itself is not forgotten. */
let began = 0;

function rereadTable(table: Table, before: number): void {
  stores[table].forgetPushed(before);
  outdate(keys.rows(table));
}

/** Applies a frame: the events in their order, or everything anew after a gap. */
export function applyFrame(frame: Frame): void {
  const late = nowFollowing();
  began = performance.now();
  if (late || frame.type === 'resync') {
    for (const store of Object.values(stores)) store.forgetPushed();
    outdate();
  }
  if (frame.type !== 'batch') return;
  for (const event of frame.events) (handlers[event.type] as (event: LiveEvent) => void)(event);
}

async function poll(cursor: string | null): Promise<Polled> {
  const query = cursor === null ? {} : { after: cursor };
  const answer = await api.GET('/api/v1/events/list', { params: { query } });
  if (answer.response.status === 401) return 'signed out';
  return (await ask(Promise.resolve(answer))) as Frame;
}

function socketUrl(cursor: string | null): string {
  const url = new URL('/api/v1/events/socket', window.location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  if (cursor !== null) url.searchParams.set('after', cursor);
  return url.href;
}

function tell(state: Connection): void {
  facts.set('connection', state);
  if (state === 'signed out') signedOut();
}

let stream: EventStream | null = null;

/** Follows the account's changes until the returned function is called. */
export function follow(): () => void {
  stream?.stop();
  const mine = new EventStream({ socketUrl, poll, onFrame: applyFrame, onState: tell });
  stream = mine;
  mine.start();
  return () => {
    mine.stop();
    if (stream === mine) forgetEverything();
  };
}

/** Leaves nothing of one account for the next who signs in. */
export function forgetEverything(): void {
  stream = null;
  forgetFollowing();
  forgetAsked();
  for (const store of Object.values(stores)) store.clear();
  progressOf.clear();
  facts.clear();
  runVersions.clear();
}
