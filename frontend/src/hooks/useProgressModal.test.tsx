// What failed is kept for later when its dialog is left, however quickly that is done.
import { Notifications } from '@mantine/notifications';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { queryClient } from '../api/queryClient';
import { forgetEverything } from '../realtime/live';
import { payload, progress, run } from '../test/payloads';
import { show } from '../test/show';
import { closeRun, openedRun, openRun } from './openRuns';
import { useProgressModal } from './useProgressModal';

function Dialog() {
  const { error, close } = useProgressModal();
  return error ? (
    <button type="button" onClick={close}>
      Leave
    </button>
  ) : null;
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
