// A change that met another one: both are shown, and the person chooses.
import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen, within } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { expect, it, vi } from 'vitest';
import type { Clash } from '../../hooks/useDraft';
import { EditProblem, shown } from './EditProblem';

const ERROR = new Error('This idea was changed meanwhile.');

function show(clashes: Clash[] | null, error: Error | null = ERROR) {
  const ways = { onDiscard: vi.fn(), onOverwrite: vi.fn() };
  render(
    <MantineProvider>
      <MemoryRouter>
        <EditProblem error={error} clashes={clashes} {...ways} />
      </MemoryRouter>
    </MantineProvider>,
  );
  return ways;
}

it('shows nothing without an error', () => {
  show(null, null);
  expect(screen.queryByRole('alert')).toBeNull();
});

it('shows the newer value beside the typed one', () => {
  show([{ field: 'target_words', now: 900, typed: 1500 }]);
  const row = screen.getByRole('row', { name: 'Target words 900 1500' });
  expect(
    within(row)
      .getAllByRole('cell')
      .map((cell) => cell.textContent),
  ).toEqual(['900', '1500']);
});

it('calls a field what its form calls it', () => {
  show([{ field: 'volume', now: null, typed: 10 }]);
  expect(screen.getByRole('row', { name: 'Searches a month empty 10' })).toBeVisible();
});

it('says that nothing is lost where others changed other fields', () => {
  show([]);
  expect(screen.getByRole('alert')).toHaveTextContent(
    'Other fields were changed than yours: saving yours keeps both.',
  );
});

it('offers no way out before both versions are known', () => {
  show(null);
  expect(screen.getByRole('alert')).toHaveTextContent('This idea was changed meanwhile.');
  expect(screen.queryByRole('button')).toBeNull();
});

it('leads both ways', () => {
  const { onDiscard, onOverwrite } = show([{ field: 'title', now: 'Theirs', typed: 'Mine' }]);
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
