import { describe, expect, it } from 'vitest';
import { label, number, timeLeft } from './words';

describe('words', () => {
  it.each([
    [null, ''],
    [4, 'a few seconds left'],
    [31, 'about 40 s left'],
    [95, 'about 2 min left'],
    [7200, 'about 2 h left'],
  ])('say how long %s seconds are', (seconds, text) => {
    expect(timeLeft(seconds)).toBe(text);
  });

  it('write numbers with their thousands', () => {
    expect(number(1245)).toBe('1,245');
  });

  it('write names of the API as words', () => {
    expect(label('needs_attention')).toBe('Needs attention');
  });
});
