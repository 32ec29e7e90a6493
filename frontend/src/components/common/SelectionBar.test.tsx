// The bar says how many rows match before all of them are chosen.
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { queryClient } from '../../api/queryClient';
import { useSelection } from '../../hooks/useSelection';
import { show } from '../../test/show';
import { SelectionBar } from './SelectionBar';

afterEach(() => queryClient.clear());

/** An API of whose rows so many match, and so many can be chosen; gives the requests made. */
function serve(total: number, most = total): string[] {
  const asked: string[] = [];
  const ids = Array.from({ length: most }, (_, at) => `${at + 1}`);
  vi.stubGlobal('fetch', async ({ url }: Request) => {
    asked.push(url);
    return Response.json({ ids, total });
  });
  return asked;
}

const FILTERS = { q: 'tea' };

function Table({ more }: { more: boolean }) {
  const list = { table: 'keyword' as const, ids: ['1', '2', '3'], filters: FILTERS, more };
  const selection = useSelection(list);
  return (
    <>
      <button type="button" onClick={() => selection.toggle('1', false)}>
        Tick
      </button>
      <SelectionBar selection={selection} noun={['keyword', 'keywords']} list={list}>
        {null}
      </SelectionBar>
    </>
  );
}

function open(more: boolean): void {
  show(<Table more={more} />);
  fireEvent.click(screen.getByText('Tick'));
}

it('tells by the server how many match a list that goes on', async () => {
  const asked = serve(1200);
  open(true);
  await screen.findByRole('button', { name: 'Select all 1,200 matching' });
  expect(asked).toEqual([expect.stringMatching('/api/v1/keywords/ids\\?q=tea$')]);
});

it('counts a list that is loaded to its end without asking', () => {
  const asked = serve(1200);
  open(false);
  screen.getByRole('button', { name: 'Select all 3 matching' });
  expect(asked).toEqual([]);
});

it('says so where more match than can be chosen', async () => {
  serve(1200, 1000);
  open(true);
  await screen.findByRole('button', { name: 'Select the oldest 1,000 of 1,200 matching' });
});

it('chooses as many as it said, and keeps the focus', async () => {
  serve(1200);
  open(true);
  fireEvent.click(await screen.findByRole('button', { name: 'Select all 1,200 matching' }));
  await screen.findByText('1,200 keywords selected');
  expect(screen.queryByRole('button', { name: /^Select all/ })).toBeNull();
  await waitFor(() => expect(screen.getByRole('button', { name: 'Clear' })).toHaveFocus());
});
