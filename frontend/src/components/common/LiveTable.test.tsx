// Rows are chosen by mouse and keyboard, and only what can be seen is asked of the page.
import { fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Rows } from '../../api/tables';
import type { RowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';
import { forgetEverything } from '../../realtime/live';
import { stores } from '../../realtime/stores';
import { show } from '../../test/show';
import { type Column, LiveTable } from './LiveTable';

const COLUMNS: Column<Rows['keyword']>[] = [
  { key: 'text', title: 'Keyword', width: '1fr', phone: true, cell: (row) => row.text },
];
const FILTERS = {};
const IDS = ['1', '2', '3', '4', '5'];

function list(part: Partial<RowList<'keyword'>> = {}): RowList<'keyword'> {
  const nothing = () => undefined;
  return {
    ...{ table: 'keyword', ids: IDS, filters: FILTERS, sort: '-created_at', more: false },
    ...{
      values: new Map(),
      loading: false,
      error: null,
      setFilter: nothing,
      clearFilters: nothing,
    },
    ...{ setSort: nothing, loadMore: nothing, reload: nothing },
    ...part,
  } as RowList<'keyword'>;
}

function Table({ rows, onOpen }: { rows: RowList<'keyword'>; onOpen?: (id: string) => void }) {
  return (
    <LiveTable
      list={rows}
      columns={COLUMNS}
      selection={useSelection(rows)}
      label="Keywords"
      name={(row) => row.text}
      empty={<p>No keywords yet</p>}
      {...(onOpen ? { onOpen } : {})}
    />
  );
}

beforeEach(() => {
  // jsdom lays nothing out: the box is as high as the five rows.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(200);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800);
  stores.keyword.put(
    IDS.map((id) => ({ id, version: 1, text: `tea ${id}` }) as Rows['keyword']),
    performance.now(),
  );
});

afterEach(() => {
  vi.restoreAllMocks();
  forgetEverything();
});

const tick = (id: string) => screen.getByRole('checkbox', { name: `Select tea ${id}` });
const row = (id: string) => screen.getByRole('row', { name: new RegExp(`tea ${id}`) });
const chosen = () =>
  screen
    .getAllByRole('row', { selected: true })
    .map((each) => each.dataset.id)
    .sort();

it('chooses a row by its box', () => {
  show(<Table rows={list()} />);
  fireEvent.click(tick('2'));
  expect(chosen()).toEqual(['2']);
});

it('chooses all from one to another with shift', () => {
  show(<Table rows={list()} />);
  fireEvent.click(tick('2'));
  fireEvent.click(tick('4'), { shiftKey: true });
  expect(chosen()).toEqual(['2', '3', '4']);
});

it('moves by arrows, chooses by space, and lets go by Escape', () => {
  show(<Table rows={list()} />);
  row('1').focus();
  fireEvent.keyDown(row('1'), { key: 'ArrowDown' });
  expect(row('2')).toHaveFocus();
  fireEvent.keyDown(row('2'), { key: ' ' });
  expect(chosen()).toEqual(['2']);
  fireEvent.keyDown(row('2'), { key: 'Escape' });
  expect(screen.queryByRole('row', { selected: true })).toBeNull();
});

it('opens the row with the focus by Enter', () => {
  const open = vi.fn();
  show(<Table rows={list()} onOpen={open} />);
  row('1').focus();
  fireEvent.keyDown(row('1'), { key: 'End' });
  fireEvent.keyDown(row('5'), { key: 'Enter' });
  expect(open).toHaveBeenCalledWith('5');
});

it('says what to do where there are no rows', () => {
  show(<Table rows={list({ ids: [] })} />);
  screen.getByText('No keywords yet');
});

it('says why there are none, and asks again', () => {
  const reload = vi.fn();
  show(<Table rows={list({ ids: [], error: new Error('The server does not answer.'), reload })} />);
  expect(screen.getByRole('alert')).toHaveTextContent('The server does not answer.');
  fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
  expect(reload).toHaveBeenCalledOnce();
});

it('asks for more rows when their end is near', () => {
  const loadMore = vi.fn();
  show(<Table rows={list({ more: true, loadMore })} />);
  expect(loadMore).toHaveBeenCalled();
});
