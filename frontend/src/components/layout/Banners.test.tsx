// What must be known on every page stands above it: demo content, and that nobody works.
import { screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { Session } from '../../hooks/useSession';
import { facts, forgetEverything } from '../../realtime/live';
import { show } from '../../test/show';
import { Banners } from './Banners';

afterEach(forgetEverything);

const session = (demo: boolean) => ({ demo }) as Session;

it('says that what is made is demo content', () => {
  show(<Banners session={session(true)} />);
  expect(screen.getByRole('note')).toHaveTextContent(/^Demo content: /);
});

it('says nothing where a real service is in use and workers are heard', () => {
  facts.set('workers', { text: 1, images: 1 });
  show(<Banners session={session(false)} />);
  expect(screen.queryByRole('note')).toBeNull();
  expect(screen.queryByRole('status')).toBeNull();
});

it.each([
  [0, 0, 'No worker is running: runs wait until one is started.'],
  [0, 1, 'No text worker is running: runs wait until one is started.'],
  [1, 0, 'No image worker is running: runs wait until one is started.'],
])('with %i workers for text and %i for images says who is missing', (text, images, words) => {
  facts.set('workers', { text, images });
  show(<Banners session={session(false)} />);
  expect(screen.getByRole('status')).toHaveTextContent(words);
});
