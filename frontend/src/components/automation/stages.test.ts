// What a stage's counts are called, and how a stage stands.
import { describe, expect, it } from 'vitest';
import { duration, factsOf, rowAddress, type StageProgress, stateOf } from './stages';

function stage(more: Partial<StageProgress>): StageProgress {
  return {
    stage: 1,
    function: 'auto_cluster',
    name: 'Clustering',
    status: 'open',
    pending: 0,
    processing: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    items_total: 0,
    percentage: 0,
    result: null,
    ...more,
  };
}

const RESULT = {
  loaded: 45,
  completed: 45,
  failed: 0,
  created: { clusters: 8 },
  seconds: 3,
  item_seconds: 0.1,
  credits: 45,
  tokens_in: 1,
  tokens_out: 1,
  message: '45 keywords mapped into 8 clusters',
};

describe('what a stage says of itself', () => {
  it('names what came in and what was made', () => {
    const closed = stage({ status: 'closed', items_total: 45, result: RESULT });
    expect(factsOf(closed)).toEqual(['Keywords loaded 45', 'Clusters created 8']);
  });

  it('says nothing before anything has come in', () => {
    expect(factsOf(stage({ status: 'waiting' }))).toEqual([]);
  });

  it('says what has come in while it is open', () => {
    expect(factsOf(stage({ items_total: 1200 }))).toEqual(['Keywords loaded 1,200']);
  });
});

describe('how a stage stands', () => {
  it('is processing while one of its items is', () => {
    expect(stateOf(stage({ pending: 3, processing: 1 }), 'running')).toBe('processing');
  });

  it('is paused with its run once nothing is at work', () => {
    expect(stateOf(stage({ pending: 3 }), 'paused')).toBe('paused');
  });

  it('has failed when all of its items have', () => {
    const all = stage({ status: 'closed', failed: 2 });
    expect(stateOf(all, 'failed')).toBe('failed');
  });

  it('is complete when some of its items have failed', () => {
    const some = stage({ status: 'closed', failed: 2, completed: 1 });
    expect(stateOf(some, 'completed')).toBe('completed');
  });
});

describe('lengths of time', () => {
  it.each([
    [0.04, '0.1 s'],
    [8.23, '8.2 s'],
    [89, '89 s'],
    [100, '2 min'],
    [9000, '2.5 h'],
  ])('%d seconds read %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

it('leads from an item to its row', () => {
  expect(rowAddress(4, 'an-id')).toBe('/tasks?id=an-id');
  expect(rowAddress(7, 'an-id')).toBe('/content/an-id');
});
