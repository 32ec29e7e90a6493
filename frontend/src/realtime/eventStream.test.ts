import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff, type Connection, EventStream, type Polled, SILENCE } from './eventStream';
import type { Frame } from './frames';

class Line {
  static all: Line[] = [];
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((closed: { code: number }) => void) | null = null;
  closed = false;

  constructor(readonly url: string) {
    Line.all.push(this);
  }

  close(): void {
    this.closed = true;
  }

  say(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  breaks(code = 1006): void {
    this.onclose?.({ code });
  }
}

const beat = (cursor: string): Frame => ({ type: 'heartbeat', cursor });
const line = (): Line => Line.all.at(-1) as Line;

let states: Connection[];
let frames: Frame[];
let poll: ReturnType<typeof vi.fn<(cursor: string | null) => Promise<Polled>>>;
let stream: EventStream;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Line);
  Line.all = [];
  [states, frames] = [[], []];
  poll = vi.fn(() => Promise.resolve(beat('polled')));
  stream = new EventStream({
    socketUrl: (cursor) => `ws://here/?after=${cursor}`,
    poll,
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
  });
  stream.start();
});

afterEach(() => {
  stream.stop();
  vi.useRealTimers();
});

describe('the line of a tab', () => {
  it('is live with its first frame', () => {
    line().say(beat('1'));
    expect(states).toEqual(['live']);
    expect(poll).not.toHaveBeenCalled();
  });

  it('polls at once when it breaks, from where it stopped', async () => {
    line().say(beat('1'));
    line().breaks();
    await vi.advanceTimersByTimeAsync(0);
    expect(poll).toHaveBeenCalledWith('1');
    expect(states).toEqual(['live', 'reconnecting', 'polling']);
  });

  it('goes on in the next socket after what was polled', async () => {
    line().say(beat('1'));
    line().breaks();
    await vi.advanceTimersByTimeAsync(600);
    expect(Line.all).toHaveLength(2);
    expect(line().url).toContain('after=polled');
  });

  it('counts silence as a break', async () => {
    line().say(beat('1'));
    const first = line();
    await vi.advanceTimersByTimeAsync(SILENCE + 1);
    expect(first.closed).toBe(true);
    expect(poll).toHaveBeenCalled();
  });

  it('hears nothing more of a line it gave up', async () => {
    const first = line();
    first.breaks();
    first.say(beat('late'));
    expect(frames).toEqual([]);
  });

  it('drops what polling finds after the socket was first', async () => {
    let answer = (_: Polled): void => undefined;
    poll.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    line().say(beat('1'));
    line().breaks();
    await vi.advanceTimersByTimeAsync(600);
    line().say(beat('2'));
    answer(beat('older'));
    await vi.advanceTimersByTimeAsync(0);
    expect(stream.cursor).toBe('2');
    expect(stream.state).toBe('live');
  });

  it('polls each second, and each fifth in a hidden tab', async () => {
    line().breaks();
    await vi.advanceTimersByTimeAsync(0);
    const before = poll.mock.calls.length;
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    await vi.advanceTimersByTimeAsync(1000);
    expect(poll.mock.calls.length).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(4900);
    expect(poll.mock.calls.length).toBe(before + 1);
    vi.restoreAllMocks();
  });

  it('says offline when nothing answers', async () => {
    poll.mockRejectedValue(new Error('no answer'));
    line().breaks();
    await vi.advanceTimersByTimeAsync(0);
    expect(stream.state).toBe('offline');
  });

  it('ends when the session has ended', async () => {
    line().breaks(4401);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stream.state).toBe('signed out');
    expect(Line.all).toHaveLength(1);
    expect(poll).not.toHaveBeenCalled();
  });

  it('connects at once when the network is back', () => {
    line().breaks();
    const before = Line.all.length;
    window.dispatchEvent(new Event('online'));
    expect(Line.all.length).toBe(before + 1);
  });

  it('waits longer each time, by chance, and never more than 15 s', () => {
    expect(backoff(0, 0)).toBe(250);
    expect(backoff(0, 1)).toBe(500);
    expect(backoff(3, 1)).toBe(4000);
    expect(backoff(50, 1)).toBe(15_000);
  });
});
