// Items that failed are named with the server's reason and next step, and can be retried.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import { queryClient } from '../../api/queryClient';
import type { Run } from '../../api/runs';
import { show } from '../../test/show';
import { FailedItems } from './FailedItems';

const RUN = { id: 'a-run', moves: ['retry'] } as unknown as Run;
const STAGE = {
  ...{ stage: 3, name: 'Tasks', function: 'send_to_writer', status: 'complete', result: null },
  ...{ items_total: 3, pending: 0, processing: 0, completed: 1, failed: 2, cancelled: 0 },
  percentage: 100,
} as unknown as Schemas['StageProgress'];

function failure(id: string, user_message: string, action: Partial<Schemas['Action']>) {
  const item = { id, title: `Idea ${id}`, position: 0, attempts: 1 };
  return { item, error: { user_message, action } };
}

let retried: unknown[];

beforeEach(() => {
  retried = [];
  const failed = [
    failure('1', 'Invalid data: no outline', {
      ...{ kind: 'fix_data', label: 'Fix Data', href: '/ideas?id=1' },
    }),
    failure('2', 'The AI service refused the request: key', {
      ...{ kind: 'open_settings', label: 'Open Settings', href: '/settings' },
    }),
  ];
  vi.stubGlobal('fetch', async (asked: Request) => {
    if (asked.method === 'POST') {
      retried.push(await asked.json());
      return Response.json({ retried: { 3: ['1'] }, skipped: [] });
    }
    const none = { pending: [], processing: [], completed: [], cancelled: [], next: {} };
    return Response.json({ ...none, failed, counts: {}, total: 3 });
  });
});

afterEach(() => queryClient.clear());

function open(onLeave = () => {}): void {
  show(<FailedItems run={RUN} stage={STAGE} onLeave={onLeave} />);
}

async function itemOf(title: string): Promise<HTMLElement> {
  const found = (await screen.findByText(title)).closest('li');
  if (!found) throw new Error(`${title} is no item of a list`);
  return found;
}

it("names each item with the server's message", async () => {
  open();
  expect(await itemOf('Idea 1')).toHaveTextContent('Invalid data: no outline');
  expect(await itemOf('Idea 2')).toHaveTextContent('The AI service refused the request: key');
});

it('leads where each can be mended', async () => {
  open();
  const steps = [
    within(await itemOf('Idea 1')).getByRole('link', { name: 'Fix Data' }),
    within(await itemOf('Idea 2')).getByRole('link', { name: 'Open Settings' }),
  ];
  expect(steps.map((step) => step.getAttribute('href'))).toEqual(['/ideas?id=1', '/settings']);
});

it('is left by a next step', async () => {
  const left = vi.fn();
  open(left);
  fireEvent.click(await screen.findByRole('link', { name: 'Fix Data' }));
  expect(left).toHaveBeenCalledOnce();
});

it('retries one item', async () => {
  open();
  fireEvent.click(await screen.findByRole('button', { name: 'Retry Idea 1' }));
  await waitFor(() => expect(retried).toEqual([{ stage: 3, items: ['1'] }]));
});

it('retries all that failed', async () => {
  open();
  fireEvent.click(await screen.findByRole('button', { name: 'Retry all failed (2)' }));
  await waitFor(() => expect(retried).toEqual([{ stage: 3, items: null }]));
});
