import { describe, expect, it, vi } from 'vitest';
import type { Rows } from '../api/tables';
import { RowStore } from './rowStore';

type Row = Rows['keyword'];

function row(version: number, status: Row['generation_status'] = 'pending', text = 'tea'): Row {
  return { id: 'a', version, generation_status: status, text } as Row;
}

describe('rows of a table', () => {
  it('keeps the higher version when answers overtake each other', () => {
    const store = new RowStore<Row>();
    store.put([row(3, 'pending', 'new')], 10);
    store.put([row(2, 'pending', 'old')], 20);
    expect(store.get('a')?.text).toBe('new');
  });

  it('keeps a pushed status against an answer to an earlier question', () => {
    const store = new RowStore<Row>();
    store.put([row(1)], 0);
    store.push(['a'], 'completed', 100);
    store.put([row(2, 'processing')], 90);
    expect(store.get('a')?.generation_status).toBe('completed');
  });

  it('keeps a pushed status while the record is still behind it', () => {
    const store = new RowStore<Row>();
    store.put([row(1)], 0);
    store.push(['a'], 'processing', 100);
    store.put([row(1)], 110);
    expect(store.get('a')?.generation_status).toBe('processing');
  });

  it('takes the status of a later answer of a higher version', () => {
    const store = new RowStore<Row>();
    store.put([row(1)], 0);
    store.push(['a'], 'processing', 100);
    store.put([row(2, 'completed')], 110);
    expect(store.get('a')?.generation_status).toBe('completed');
  });

  it('keeps that a row is worked on while its record says that it waits', () => {
    const store = new RowStore<Row>();
    store.put([row(1)], 0);
    store.push(['a'], 'processing', 100);
    store.put([row(2, 'queued')], 110);
    expect(store.get('a')?.generation_status).toBe('processing');
    store.put([row(4, 'completed')], 120);
    expect(store.get('a')?.generation_status).toBe('completed');
  });

  it('takes what is read after the pushes were forgotten', () => {
    const store = new RowStore<Row>();
    store.put([row(1)], 0);
    store.push(['a'], 'processing', 100);
    store.forgetPushed(101);
    store.put([row(2, 'queued')], 110);
    expect(store.get('a')?.generation_status).toBe('queued');
  });

  it('names which of the pushed rows it knows', () => {
    const store = new RowStore<Row>();
    store.put([row(1)], 0);
    expect(store.push(['a', 'b'], 'completed')).toEqual(['a']);
  });

  it('tells a row only of its own change, once a frame', async () => {
    const store = new RowStore<Row>();
    const own = vi.fn();
    const other = vi.fn();
    store.subscribe('a', own);
    store.subscribe('b', other);
    store.put([row(1)], 0);
    store.push(['a'], 'processing');
    await vi.waitFor(() => expect(own).toHaveBeenCalledTimes(1));
    expect(other).not.toHaveBeenCalled();
  });

  it('leaves the object alone when nothing changed', () => {
    const store = new RowStore<Row>();
    store.put([row(1)], 0);
    const before = store.get('a');
    store.put([row(1)], 10);
    expect(store.get('a')).toBe(before);
  });
});
