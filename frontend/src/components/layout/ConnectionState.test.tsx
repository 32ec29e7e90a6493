// How changes reach the page stands there in a word, with a sentence behind it.
import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { Connection } from '../../realtime/eventStream';
import { facts, forgetEverything } from '../../realtime/live';
import { show } from '../../test/show';
import { ConnectionState } from './ConnectionState';

afterEach(forgetEverything);

it('begins with connecting', () => {
  show(<ConnectionState />);
  expect(screen.getByRole('status')).toHaveTextContent(/^Connecting$/);
});

it.each<[Connection, string, string]>([
  ['live', 'Live', 'Changes show as they happen.'],
  ['reconnecting', 'Reconnecting', 'The line broke; another is being opened.'],
  ['polling', 'Polling', 'Changes are asked for each second until the line is back.'],
  ['offline', 'Offline', 'The server does not answer. What runs there goes on.'],
  ['signed out', 'Signed out', 'The session has ended. Sign in again.'],
])('says %s as soon as it is so', async (state, word, help) => {
  show(<ConnectionState />);
  act(() => facts.set('connection', state));
  await waitFor(() => expect(screen.getByRole('status')).toHaveTextContent(word));
  expect(screen.getByRole('status')).toHaveAttribute('title', help);
});
