import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { keys } from '../api/keys';
import { queryClient } from '../api/queryClient';
import type { Rows } from '../api/tables';
import { following } from './following';
import type { LiveEvent } from './frames';
import { applyFrame, facts, forgetEverything, onRun, progressOf } from './live';
import type { ListData } from './rowFetcher';
import { stores } from './stores';

const asked: string[][] = [];
const server = setupServer(
  http.get('*/api/v1/keywords', ({ request }) => {
    const ids = new URL(request.url).searchParams.getAll('ids');
    asked.push(ids);
    const items = ids.filter((id) => id !== 'gone').map((id) => keyword(id, 2, 'fetched'));
    return HttpResponse.json({ items, next: null });
  }),
);

beforeAll(() => server.listen());
afterEach(() => {
  forgetEverything();
  queryClient.clear();
  asked.length = 0;
});
afterAll(() => server.close());

function keyword(id: string, version: number, text: string): Rows['keyword'] {
  return { id, version, text, generation_status: 'pending' } as Rows['keyword'];
}

const apply = (...events: LiveEvent[]) => applyFrame({ type: 'batch', cursor: 'x', events });
const counts = { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 };
const LIST = keys.list('keyword', {});

function show(...ids: string[]): void {
  stores.keyword.put(
    ids.map((id) => keyword(id, 1, 'first')),
    0,
  );
  queryClient.setQueryData<ListData>(LIST, {
    pages: [{ ids, values: {}, next: null }],
    pageParams: [null],
  });
}

describe('events', () => {
  it('set the status of rows without a request', () => {
    show('a');
    apply({ type: 'items', run: 'r', stage: 1, status: 'processing', items: ['a'], counts });
    expect(stores.keyword.get('a')?.generation_status).toBe('processing');
    expect(asked).toEqual([]);
  });

  it('fetch changed rows that are known, together', async () => {
    show('a', 'b');
    apply({ type: 'rows', table: 'keyword', ids: ['a'], deleted: false, many: false });
    apply({ type: 'rows', table: 'keyword', ids: ['b'], deleted: false, many: false });
    await vi.waitFor(() => expect(stores.keyword.get('b')?.text).toBe('fetched'));
    expect(asked).toEqual([['a', 'b']]);
  });

  it('take deleted rows out of store and lists', () => {
    show('a', 'b');
    apply({ type: 'rows', table: 'keyword', ids: ['a'], deleted: true, many: false });
    expect(stores.keyword.has('a')).toBe(false);
    expect(queryClient.getQueryData<ListData>(LIST)?.pages[0]?.ids).toEqual(['b']);
  });

  it('take out rows that were not there any more when they were fetched', async () => {
    show('gone');
    apply({ type: 'rows', table: 'keyword', ids: ['gone'], deleted: false, many: false });
    await vi.waitFor(() => expect(stores.keyword.has('gone')).toBe(false));
  });

  it('say after a gap that everything is out of date', () => {
    show('a');
    applyFrame({ type: 'resync', cursor: 'y' });
    expect(queryClient.getQueryState(LIST)?.isInvalidated).toBe(true);
  });

  it('that begin after patience has run out put what was read before out of date', async () => {
    vi.useFakeTimers();
    const waited = following();
    await vi.advanceTimersByTimeAsync(2000);
    await waited;
    vi.useRealTimers();
    show('a');
    applyFrame({ type: 'batch', cursor: 'x', events: [] });
    expect(queryClient.getQueryState(LIST)?.isInvalidated).toBe(true);
  });

  it('that begin in time leave what was read after them', async () => {
    const waited = following();
    applyFrame({ type: 'batch', cursor: 'x', events: [] });
    await waited;
    show('a');
    applyFrame({ type: 'batch', cursor: 'y', events: [] });
    expect(queryClient.getQueryState(LIST)?.isInvalidated).toBe(false);
  });

  it('of a run are told once, and not after a later one', () => {
    const heard = vi.fn();
    const stop = onRun(heard);
    apply({ type: 'run', run: 'r', status: 'completed', version: 3 });
    apply({ type: 'run', run: 'r', status: 'completed', version: 3 });
    apply({ type: 'run', run: 'r', status: 'running', version: 2 });
    stop();
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('bring progress, of which the later stays with all its steps', () => {
    const step = (at: number) => ({ at, message: `${at}`, percentage: 0, phase: 'PREP', stage: 1 });
    const progress = (updated_at: string, ...at: number[]) =>
      ({
        type: 'progress',
        run: 'r',
        progress: { run_id: 'r', updated_at, steps: at.map(step) },
      }) as unknown as LiveEvent;
    apply(progress('2026-01-01T00:00:02Z', 1, 2));
    apply(progress('2026-01-01T00:00:01Z', 1));
    apply(progress('2026-01-01T00:00:03Z', 2, 3));
    expect(progressOf.get('r')?.steps.map((each) => each.at)).toEqual([1, 2, 3]);
  });

  it('bring workers and credits', () => {
    apply({ type: 'workers', text: 0, images: 2 }, { type: 'credits', balance: 12 });
    expect(facts.get('workers')).toEqual({ text: 0, images: 2 });
    expect(facts.get('balance')).toBe(12);
  });
});
