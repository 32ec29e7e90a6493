// The dialog of a run, from its start to each of its ends.
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { queryClient } from '../../api/queryClient';
import type { ProgressModalState } from '../../hooks/useProgressModal';
import { payload, progress, run, stage } from '../../test/payloads';
import { show } from '../../test/show';
import { ProgressModal } from './ProgressModal';

afterEach(() => queryClient.clear());

function open(part: Partial<ProgressModalState> = {}): ProgressModalState {
  const state: ProgressModalState = {
    opened: { runId: 'a-run' } as ProgressModalState['opened'],
    progress: progress(),
    run: run(),
    error: null,
    ended: false,
    close: vi.fn(),
    cancel: vi.fn(async () => undefined),
    cancelling: false,
    again: undefined,
    trying: false,
    ...part,
  };
  show(<ProgressModal state={state} />);
  return state;
}

it('shows bar, phase, message, counts and what is in hand', () => {
  const now = { current_item: 'green tea', items_failed: 2, estimated_seconds_remaining: 95 };
  open({ progress: progress(now) });
  const bar = screen.getByRole('progressbar', { name: 'Cluster keywords' });
  expect(bar).toHaveAttribute('aria-valuetext', '42%: Clustering 50 keywords');
  expect(screen.getByText('AI at work')).toHaveAttribute('aria-current', 'step');
  expect(screen.getByTestId('message')).toHaveTextContent('Clustering 50 keywords');
  expect(screen.getByTestId('counts')).toHaveTextContent('20 of 50, 2 failed · green tea');
  screen.getByText('about 2 min left');
});

it('lists the steps so far in their order', () => {
  const step = (at: number, message: string) =>
    ({ at, message, percentage: 1, phase: 'PREP', stage: 1 }) as const;
  open({ progress: progress({ steps: [step(1, 'Loading'), step(2, 'Loaded 50')] }) });
  const steps = screen.getByRole('list', { name: 'Steps so far' });
  expect([...steps.querySelectorAll('span')].map((each) => each.textContent)).toEqual([
    'Loading',
    'Loaded 50',
  ]);
});

it('goes on when it is closed, and says so', () => {
  const state = open();
  fireEvent.click(screen.getByRole('button', { name: 'Close and go on' }));
  expect(state.close).toHaveBeenCalledOnce();
});

it('cancels the run where the run allows it', () => {
  const state = open();
  fireEvent.click(screen.getByRole('button', { name: 'Cancel the run' }));
  expect(state.cancel).toHaveBeenCalledOnce();
});

it('does not cancel twice', () => {
  const state = open({ cancelling: true });
  fireEvent.click(screen.getByRole('button', { name: 'Cancelling …' }));
  expect(state.cancel).not.toHaveBeenCalled();
});

it("ends with the server's success message", () => {
  const message = '✓ 8 clusters created';
  open({
    progress: progress({ status: 'completed', message }),
    run: run({ moves: [] }),
    ended: true,
  });
  expect(screen.getByTestId('outcome')).toHaveTextContent(message);
  expect(screen.getAllByText(message)).toHaveLength(1);
  screen.getByRole('button', { name: 'Close' });
  expect(screen.queryByRole('button', { name: 'Cancel the run' })).toBeNull();
});

it('says where a failed run stopped, what it cost, and retries', () => {
  const error = payload({ phase: 'PARSE' });
  const again = vi.fn();
  open({
    progress: progress({ status: 'failed', error, stages: [stage()], items_failed: 1 }),
    run: run({ status: 'failed', moves: ['retry'], credits_used: 12 }),
    ...{ error, ended: true, again },
  });
  expect(screen.getByRole('alert')).toHaveTextContent(
    'Stopped in Keywords → Clusters, phase “Read answer”. Credits used: 12.',
  );
  fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
  expect(again).toHaveBeenCalledOnce();
});

it('resumes a run that stopped for want of credits', () => {
  const error = payload();
  open({ error, run: run({ status: 'paused', moves: ['resume'] }), again: vi.fn() });
  screen.getByRole('button', { name: 'Resume' });
});

it('names what failed of a run that completed', async () => {
  const item = { id: '1', title: 'green tea', position: 0, attempts: 3 };
  const none = { pending: [], processing: [], completed: [], cancelled: [], next: {} };
  const failed = [{ item, error: payload({ user_message: 'No answer in time' }) }];
  vi.stubGlobal('fetch', async () =>
    Response.json({ ...none, failed, counts: { failed: 1 }, total: 2 }),
  );
  open({
    progress: progress({
      ...{ status: 'completed', items_failed: 1 },
      stages: [stage({ status: 'closed', items_total: 2, completed: 1, failed: 1 })],
    }),
    run: run({ status: 'completed', moves: ['retry'] }),
    ended: true,
  });
  const found = await screen.findByText('No answer in time');
  expect(found.closest('li')).toHaveTextContent('green tea');
});

it('shows a refused start with nothing but the refusal', async () => {
  const error = new Error('The server does not answer.');
  const opened = { runId: null, error } as unknown as ProgressModalState['opened'];
  open({ opened, progress: undefined, run: undefined, error });
  await waitFor(() => expect(screen.getByText('Not started')).toBeVisible());
  expect(screen.getByRole('alert')).toHaveTextContent('The server does not answer.');
  expect(screen.queryByRole('progressbar')).toBeNull();
});
