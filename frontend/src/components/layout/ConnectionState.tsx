// How changes reach this page, in words.
import { useConnection } from '../../hooks/useLive';
import type { Connection } from '../../realtime/eventStream';
import classes from './Shell.module.css';

const WORDS: Record<Connection, [string, string]> = {
  connecting: ['Connecting', 'The line for live changes is being opened.'],
  live: ['Live', 'Changes show as they happen.'],
  reconnecting: ['Reconnecting', 'The line broke; another is being opened.'],
  polling: ['Polling', 'Changes are asked for each second until the line is back.'],
  offline: ['Offline', 'The server does not answer. What runs there goes on.'],
  'signed out': ['Signed out', 'The session has ended. Sign in again.'],
};

export function ConnectionState() {
  const state = useConnection();
  const [word, help] = WORDS[state];
  return (
    <span className={classes.state} data-state={state} title={help} role="status">
      <span className={classes.dot} aria-hidden />
      {word}
    </span>
  );
}
