// Each image of a run stands for itself: waiting, at work, drawn with its picture, or failed.
import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Schemas } from '../../api/client';
import { queryClient } from '../../api/queryClient';
import { forgetEverything } from '../../realtime/live';
import { stores } from '../../realtime/stores';
import { payload, progress } from '../../test/payloads';
import { show } from '../../test/show';
import { ImageQueue } from './ImageQueueModal';

const NOW = progress({ run_id: 'a-run', function: 'generate_images', stage: 6, items_total: 3 });

function image(id: string, part: Partial<Schemas['ImageRow']>): Schemas['ImageRow'] {
  const row = { id, version: 1, prompt: `Prompt ${id}`, alt: `Alt ${id}`, drawn: false };
  return { ...row, digest: null, generation_status: 'queued', ...part } as Schemas['ImageRow'];
}

const entry = (id: string, position: number) => ({ id, position, title: `Image ${id}` });

beforeEach(() => {
  const rows = [
    image('1', { drawn: true, digest: 'd1', generation_status: 'completed' }),
    image('2', { generation_status: 'failed' }),
    image('3', { generation_status: 'processing' }),
  ];
  const error = payload({ user_message: 'The service refused the prompt' });
  const queues = {
    ...{ pending: [], cancelled: [], next: {}, counts: {}, total: 3 },
    completed: [entry('1', 2)],
    failed: [{ item: entry('2', 0), error }],
    processing: [entry('3', 1)],
  };
  vi.stubGlobal('fetch', async ({ url }: Request) =>
    Response.json(url.includes('/queues') ? queues : { items: rows, next: null }),
  );
});

afterEach(() => {
  forgetEverything();
  queryClient.clear();
});

const shown = () =>
  screen.getAllByRole('listitem').map((each) => [each.dataset.id, each.dataset.status]);

it('shows the images in their order, whatever queue they stand in', async () => {
  show(<ImageQueue progress={NOW} />);
  await waitFor(() =>
    expect(shown()).toEqual([
      ['2', 'failed'],
      ['3', 'processing'],
      ['1', 'completed'],
    ]),
  );
});

it('shows the picture of one that is drawn and no other', async () => {
  show(<ImageQueue progress={NOW} />);
  const picture = await screen.findByRole('img', { name: 'Alt 1' });
  expect(picture).toHaveAttribute('src', '/api/v1/images/1/file?width=256&v=d1');
  expect(screen.getAllByRole('img')).toHaveLength(1);
});

it('says why one failed', async () => {
  show(<ImageQueue progress={NOW} />);
  const reason = await screen.findByText('The service refused the prompt');
  expect(reason.closest('li')).toHaveTextContent('Prompt 2');
});

it('shows the picture as it arrives, without asking for the queue again', async () => {
  show(<ImageQueue progress={NOW} />);
  await screen.findByRole('img', { name: 'Alt 1' });
  const drawn = image('3', { drawn: true, digest: 'd3', version: 2 });
  act(() => stores.image.put([{ ...drawn, generation_status: 'completed' }], performance.now()));
  await screen.findByRole('img', { name: 'Alt 3' });
});
