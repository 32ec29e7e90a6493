// Follows the account's changes: by WebSocket, and by polling while there is none. One for each tab.
//
// The cursor of the last frame that was applied is where any line goes on, so that a change of
// lines misses nothing. Silence for 15 seconds means a dead line, whatever the browser says of it.
import type { Frame } from './frames';

export type Connection =
  | 'connecting'
  | 'live'
  | 'reconnecting'
  | 'polling'
  | 'offline'
  | 'signed out';

/** What polling found: a frame, or that the session has ended. */
export type Polled = Frame | 'signed out';

export interface StreamOptions {
  /** Address of the socket that goes on after `cursor`. */
  socketUrl: (cursor: string | null) => string;
  /** Asks once; rejects when nothing answers. */
  poll: (cursor: string | null) => Promise<Polled>;
  onFrame: (frame: Frame) => void;
  onState: (state: Connection) => void;
}

export const SILENCE = 15_000;
const POLL = 1000;
const POLL_HIDDEN = 5000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const SIGNED_OUT = 4401;

/** How long to wait before try number `tries`: doubling, and between half and all of it by chance. */
export function backoff(tries: number, random = Math.random()): number {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return most / 2 + (most / 2) * random;
}

export class EventStream {
  state: Connection = 'connecting';
  cursor: string | null = null;
  private socket: WebSocket | null = null;
  private tries = 0;
  private running = false;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private nextPoll: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: StreamOptions) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.tries = 0;
    window.addEventListener('online', this.atOnce);
    window.addEventListener('offline', this.wentOffline);
    document.addEventListener('visibilitychange', this.seen);
    this.tell('connecting');
    this.connect();
  }

  stop(): void {
    this.running = false;
    window.removeEventListener('online', this.atOnce);
    window.removeEventListener('offline', this.wentOffline);
    document.removeEventListener('visibilitychange', this.seen);
    clearTimeout(this.retry);
    clearTimeout(this.nextPoll);
    this.nextPoll = undefined;
    this.drop();
  }

  private readonly atOnce = (): void => {
    this.tries = 0;
    clearTimeout(this.retry);
    if (this.state !== 'live') this.connect();
  };

  private readonly wentOffline = (): void => {
    this.lost();
    this.tell('offline');
  };

  private readonly seen = (): void => {
    if (document.visibilityState === 'visible' && this.state !== 'live') this.atOnce();
  };

  private connect(): void {
    this.drop();
    const socket = new WebSocket(this.options.socketUrl(this.cursor));
    this.socket = socket;
    socket.onmessage = (message) => {
      if (socket === this.socket) this.heard(JSON.parse(String(message.data)) as Frame);
    };
    socket.onclose = (closed) => {
      if (socket !== this.socket) return;
      if (closed.code === SIGNED_OUT) this.signOut();
      else this.lost();
    };
    this.watch();
  }

  private heard(frame: Frame): void {
    this.tries = 0;
    clearTimeout(this.nextPoll);
    this.nextPoll = undefined;
    this.watch();
    this.apply(frame);
    this.tell('live');
  }

  private apply(frame: Frame): void {
    this.options.onFrame(frame);
    this.cursor = frame.cursor;
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.lost(), SILENCE);
  }

  /** The line is dead: poll until another one stands. */
  private lost(): void {
    this.drop();
    if (!this.running) return;
    if (this.state === 'live') this.tell('reconnecting');
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), backoff(this.tries));
    this.tries += 1;
    if (this.nextPoll === undefined) this.pollAfter(0);
  }

  private drop(): void {
    clearTimeout(this.watchdog);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private pollAfter(wait: number): void {
    this.nextPoll = setTimeout(() => void this.poll(), wait);
  }

  private async poll(): Promise<void> {
    const asked = this.cursor;
    const mine = this.nextPoll;
    const answer = await this.options.poll(asked).catch(() => null);
    if (!this.running || mine !== this.nextPoll || asked !== this.cursor) return;
    if (answer === 'signed out') {
      this.signOut();
      return;
    }
    if (answer === null) this.tell('offline');
    else {
      this.apply(answer);
      this.tell('polling');
    }
    this.pollAfter(document.visibilityState === 'hidden' ? POLL_HIDDEN : POLL);
  }

  private signOut(): void {
    this.stop();
    this.tell('signed out');
  }

  private tell(state: Connection): void {
    if (state === this.state) return;
    this.state = state;
    this.options.onState(state);
  }
}
