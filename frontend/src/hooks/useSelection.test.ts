import { describe, expect, it } from 'vitest';
import { between } from './useSelection';

describe('a range', () => {
  const ids = ['a', 'b', 'c', 'd'];

  it('has both ends and what lies between', () => {
    expect(between(ids, 'b', 'd')).toEqual(['b', 'c', 'd']);
  });

  it('goes upwards, too', () => {
    expect(between(ids, 'c', 'a')).toEqual(['a', 'b', 'c']);
  });

  it('is one row when the other end is not in the list any more', () => {
    expect(between(ids, 'gone', 'c')).toEqual(['c']);
  });
});
