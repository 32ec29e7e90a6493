// A change that met another one: both are shown, and the person chooses.
import { fireEvent, screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { Clash } from '../../hooks/useDraft';
import { show } from '../../test/show';
import { EditProblem, shown } from './EditProblem';

const ERROR = new Error('This idea was changed meanwhile.');

function open(clashes: Clash[] | null, error: Error | null = ERROR) {
  const ways = { onDiscard: vi.fn(), onOverwrite: vi.fn() };
  show(<EditProblem error={error} clashes={clashes} {...ways} />);
  return ways;
}

it('shows nothing without an error', () => {
  open(null, null);
  expect(screen.queryByRole('alert')).toBeNull();
});

it('shows the newer value beside the typed one', () => {
  open([{ field: 'target_words', now: 900, typed: 1500 }]);
  const row = screen.getByRole('row', { name: 'Target words 900 1500' });
  expect(
    within(row)
      .getAllByRole('cell')
      .map((cell) => cell.textContent),
  ).toEqual(['900', '1500']);
});

it('calls a field what its form calls it', () => {
  open([{ field: 'volume', now: null, typed: 10 }]);
  expect(screen.getByRole('row', { name: 'Searches a month empty 10' })).toBeVisible();
});

it('says that nothing is lost where others changed other fields', () => {
  open([]);
  expect(screen.getByRole('alert')).toHaveTextContent(
    'Other fields were changed than yours: saving yours keeps both.',
  );
});

it('offers no way out before both versions are known', () => {
  open(null);
  expect(screen.getByRole('alert')).toHaveTextContent('This idea was changed meanwhile.');
  expect(screen.queryByRole('button')).toBeNull();
});

it('leads both ways', () => {
  const { onDiscard, onOverwrite } = open([{ field: 'title', now: 'Theirs', typed: 'Mine' }]);
  fireEvent.click(screen.getByRole('button', { name: 'Load the new version' }));
  expect([onDiscard.mock.calls.length, onOverwrite.mock.calls.length]).toEqual([1, 0]);
  fireEvent.click(screen.getByRole('button', { name: 'Save mine over it' }));
  expect([onDiscard.mock.calls.length, onOverwrite.mock.calls.length]).toEqual([1, 1]);
});

it('writes lists below each other and a section with its notes', () => {
  expect(shown(['one', 'two'])).toBe('one\ntwo');
  expect(
    shown([
      { heading: 'Brewing', notes: 'water' },
      { heading: 'Cups', notes: '' },
    ]),
  ).toBe('Brewing: water\nCups');
  expect([shown(null), shown([]), shown(true)]).toEqual(['empty', 'empty', 'yes']);
});
