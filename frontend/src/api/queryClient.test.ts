// What is out of date is read again, however early that is told.
import { QueryObserver } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import { outdate, queryClient } from './queryClient';

afterEach(() => queryClient.clear());

/** A query that is shown, and its readings, to be ended by a test. */
function shown() {
  const reads: PromiseWithResolvers<string>[] = [];
  const observer = new QueryObserver(queryClient, {
    queryKey: ['runs', 'one'],
    queryFn: () => {
      const one = Promise.withResolvers<string>();
      reads.push(one);
      return one.promise;
    },
  });
  return { reads, observer, stop: observer.subscribe(() => undefined) };
}

it('reads again after a first answer that was on its way', async () => {
  const { reads, observer, stop } = shown();
  await vi.waitFor(() => expect(reads).toHaveLength(1));
  outdate(['runs']);
  outdate(['runs', 'one']);
  expect(reads).toHaveLength(1);
  reads[0]?.resolve('old');
  await vi.waitFor(() => expect(reads).toHaveLength(2));
  reads[1]?.resolve('new');
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe('new'));
  expect(reads).toHaveLength(2);
  stop();
});

it('reads at once what has been read before', async () => {
  const { reads, stop } = shown();
  reads[0]?.resolve('old');
  await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
  outdate();
  await vi.waitFor(() => expect(reads).toHaveLength(2));
  stop();
});
