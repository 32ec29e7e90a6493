// What the dialog of a run that failed offers, and keeps for later when it is left.
import { Notifications } from '@mantine/notifications';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProblemError } from '../api/client';
import { queryClient } from '../api/queryClient';
import { forgetEverything } from '../realtime/live';
import { payload, progress, run } from '../test/payloads';
import { show } from '../test/show';
import { closeRun, openedRun, openRefused, openRun } from './openRuns';
import { useProgressModal } from './useProgressModal';

function Dialog() {
  const { error, close, again } = useProgressModal();
  return error ? (
    <>
      <button type="button" onClick={close}>
        Leave
      </button>
      {again && (
        <button type="button" onClick={again}>
          Retry
        </button>
      )}
    </>
  ) : null;
}

function refused(status: number): ProblemError {
  const none = { error: null, error_id: null, errors: null, moves: null };
  const words = { type: 'about:blank', title: 'Refused', instance: '', code: 'x', hint: '' };
  return new ProblemError({ ...none, ...words, status, detail: 'It was refused.' });
}

beforeEach(() => {
  const error = payload({ user_message: 'Not enough credits. You need 50 credits.' });
  vi.stubGlobal('fetch', async (asked: Request) =>
    Response.json(
      asked.url.endsWith('/progress')
        ? progress({ status: 'failed', error })
        : run({ status: 'running', moves: ['pause', 'cancel'] }), // read before it failed
    ),
  );
});

afterEach(() => {
  act(closeRun);
  forgetEverything();
  queryClient.clear();
});

it('keeps a failed run though what it allows is not known yet', async () => {
  show(
    <>
      <Notifications />
      <Dialog />
    </>,
  );
  act(() => openRun('a-run'));
  fireEvent.click(await screen.findByRole('button', { name: 'Leave' }));
  expect(openedRun()).toBeNull();
  fireEvent.click(await screen.findByRole('button', { name: 'Back to it' }));
  await waitFor(() => expect(openedRun()).toBe('a-run'));
});

it('offers to send a refused start again, unless it would be refused again', async () => {
  show(<Dialog />);
  act(() => openRefused({ selection: [] }, refused(402)));
  await screen.findByRole('button', { name: 'Retry' });
  act(() => openRefused({ selection: [] }, refused(422)));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull());
});
