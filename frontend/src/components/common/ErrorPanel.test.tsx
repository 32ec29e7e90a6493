// Each error says what happened and leads to its next step, in the server's words.
import { fireEvent, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { type ErrorPayload, ProblemError } from '../../api/client';
import { payload, problem } from '../../test/payloads';
import { show } from '../../test/show';
import { ErrorLine, ErrorPanel } from './ErrorPanel';

it.each<[ErrorPayload['action']['kind'], string, string | null, string]>([
  ['purchase_credits', 'Purchase Credits', null, '/credits'],
  ['open_settings', 'Open Settings', null, '/settings'],
  ['fix_data', 'Fix Data', '/ideas?id=7', '/ideas?id=7'],
  ['edit_item', 'Edit Item', '/tasks?id=3', '/tasks?id=3'],
])('leads from %s to its page', (kind, label, href, to) => {
  show(<ErrorPanel error={payload({ action: { kind, label, href } })} />);
  expect(screen.getByRole('link', { name: label })).toHaveAttribute('href', to);
});

it("shows the payload's message and its id, not the technical one", () => {
  show(<ErrorPanel error={payload()} />);
  const panel = screen.getByRole('alert');
  expect(panel).toHaveTextContent('The AI service is not available');
  expect(panel).toHaveTextContent('Error id e-1');
  expect(panel).not.toHaveTextContent('status 500');
});

it('keeps Retry beside the way to the credits', () => {
  const again = vi.fn();
  const action = { kind: 'purchase_credits', label: 'Purchase Credits', href: null } as const;
  show(<ErrorPanel error={payload({ action })} onRetry={again} />);
  screen.getByRole('link', { name: 'Purchase Credits' });
  fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
  expect(again).toHaveBeenCalledOnce();
});

it('offers no Retry where nothing can be retried', () => {
  show(<ErrorPanel error={payload()} />);
  expect(screen.queryByRole('button')).toBeNull();
});

it('is left by its next step', () => {
  const left = vi.fn();
  const action = { kind: 'open_settings', label: 'Open Settings', href: null } as const;
  show(<ErrorPanel error={payload({ action })} onLeave={left} />);
  fireEvent.click(screen.getByRole('link', { name: 'Open Settings' }));
  expect(left).toHaveBeenCalledOnce();
});

it('names the fields of a refused request and how to go on', () => {
  const errors = [{ field: 'name', message: 'This must not be empty.' }] as never;
  show(<ErrorPanel error={new ProblemError(problem({ hint: 'Choose another.', errors }))} />);
  const panel = screen.getByRole('alert');
  expect(panel).toHaveTextContent('The name is taken.');
  expect(panel).toHaveTextContent('Choose another.');
  expect(panel).toHaveTextContent('name: This must not be empty.');
});

it('prefers the payload of a refused request to its bare detail', () => {
  const error = payload({ user_message: 'Insufficient credits: 3 needed, 1 available' });
  show(<ErrorPanel error={new ProblemError(problem({ error, detail: 'Payment required' }))} />);
  expect(screen.getByRole('alert')).toHaveTextContent('Insufficient credits: 3 needed');
  expect(screen.getByRole('alert')).not.toHaveTextContent('Payment required');
});

it('tries again from a single line', () => {
  const again = vi.fn();
  show(<ErrorLine error={new Error('The server does not answer.')} onRetry={again} />);
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(screen.getByRole('alert')).toHaveTextContent('The server does not answer.');
  expect(again).toHaveBeenCalledOnce();
});
