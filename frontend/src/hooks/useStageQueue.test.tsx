// A queue is read again when the server's counts change, and the last change is never missed.
import { QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { queryClient } from '../api/queryClient';
import { useStageQueue } from './useStageQueue';

const PLACE = { run: 'a-run', stage: 1, queue: 'pending' as const, q: '' };

function wrapper({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>;
}

/** An API whose pending queue has the titles that `titles` gives at that moment. */
function serve(titles: () => string[]): () => number {
  let asked = 0;
  vi.stubGlobal('fetch', async () => {
    asked += 1;
    const pending = titles().map((title) => ({ id: title, title, position: 0, attempts: 0 }));
    const none = { processing: [], completed: [], failed: [], cancelled: [], next: {} };
    return Response.json({ pending, ...none, counts: {}, total: pending.length });
  });
  return () => asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
  queryClient.clear();
});

it('reads once for several changes that come together', async () => {
  let titles = ['one', 'two', 'three'];
  const asked = serve(() => titles);
  const { result, rerender } = renderHook(({ counts }) => useStageQueue(PLACE, counts), {
    wrapper,
    initialProps: { counts: '3' },
  });
  await waitFor(() => expect(result.current.entries).toHaveLength(3));
  titles = ['three'];
  rerender({ counts: '2' });
  rerender({ counts: '1' });
  await waitFor(() => expect(result.current.entries).toHaveLength(1), { timeout: 5000 });
  expect(asked()).toBe(2);
});
