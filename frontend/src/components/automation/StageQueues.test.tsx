// The queues of a stage: what stands in each, the search over all, and what shows meanwhile.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { queryClient } from '../../api/queryClient';
import { run, stage } from '../../test/payloads';
import { show } from '../../test/show';
import { StageQueues } from './StageQueues';

const TITLES = ['green tea', 'black tea', 'coffee'];

let listed: string[];

beforeEach(() => {
  listed = TITLES;
  vi.stubGlobal('fetch', async (asked: Request) => {
    const { searchParams } = new URL(asked.url);
    const q = searchParams.get('q') ?? '';
    const found = searchParams.get('queue') === 'completed' ? listed : [];
    const completed = found
      .filter((title) => title.includes(q))
      .map((title) => ({ id: title, title, position: 0, attempts: 1 }));
    const none = { pending: [], processing: [], failed: [], cancelled: [], next: {} };
    return Response.json({ ...none, completed, counts: {}, total: 3 });
  });
});

afterEach(() => queryClient.clear());

function open(part: Parameters<typeof stage>[0] = {}) {
  const three = stage({ items_total: 3, completed: 3, ...part });
  show(<StageQueues run={run({ moves: [] })} stage={three} />);
  const lane = screen.getByRole('region', { name: 'Completed 3' });
  return {
    lane,
    titles: () =>
      within(lane)
        .queryAllByRole('listitem')
        .map((e) => e.textContent),
  };
}

it('lists what stands in a queue, and says of the others that they are empty', async () => {
  const { titles } = open();
  await waitFor(() => expect(titles()).toHaveLength(3));
  screen.getByText('Nothing waits.');
  screen.getByText('Nothing is at work.');
  screen.getByText('Nothing failed.');
});

it('finds items by a part of their name', async () => {
  const { lane, titles } = open();
  await waitFor(() => expect(titles()).toHaveLength(3));
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'tea' } });
  await waitFor(() => expect(titles()).toHaveLength(2));
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'cocoa' } });
  await within(lane).findByText('No match for “cocoa”.');
});

it('holds a place for items that are counted and not yet read', async () => {
  listed = [];
  const { lane } = open();
  await waitFor(() => expect(queryClient.isFetching()).toBe(0));
  expect(lane.querySelector('.mantine-Skeleton-root')).not.toBeNull();
});

it('says of a stage that has not opened when its items will be listed', async () => {
  listed = [];
  const { lane } = open({ status: 'waiting' });
  await within(lane).findByText('Listed when the stage opens.');
  expect(lane.querySelector('.mantine-Skeleton-root')).toBeNull();
});
