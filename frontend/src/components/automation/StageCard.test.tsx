// A stage's card: its name, how it stands, what came in, and counts that add up.
import { fireEvent, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { progress, stage } from '../../test/payloads';
import { show } from '../../test/show';
import { StageCard } from './StageCard';
import type { StageProgress } from './stages';

function card(part: Partial<StageProgress>, chosen = false) {
  const choose = vi.fn();
  show(<StageCard stage={stage(part)} run={progress()} chosen={chosen} choose={choose} />);
  return { choose, card: screen.getByRole('button') };
}

it('leaves out queues that are empty', () => {
  card({ items_total: 45, completed: 30, processing: 5, pending: 10 });
  expect(screen.getByTestId('counts')).toHaveTextContent(
    '10 pending · 5 processing · 30 completed',
  );
});

it('says that nothing has come in yet', () => {
  card({ status: 'waiting' });
  expect(screen.getByTestId('facts')).toHaveTextContent('Nothing has come in yet');
  expect(screen.queryByTestId('counts')).toBeNull();
});

it('counts a single credit as one', () => {
  const result = { seconds: 61, credits: 1 } as StageProgress['result'];
  card({ status: 'closed', items_total: 1, completed: 1, result });
  expect(screen.getByRole('button')).toHaveTextContent(/ 1 credit$/);
});

it('shows its queues when it is chosen', () => {
  const { choose, card: button } = card({ stage: 3 }, true);
  expect(button).toHaveAttribute('aria-pressed', 'true');
  fireEvent.click(button);
  expect(choose).toHaveBeenCalledWith(3);
});
