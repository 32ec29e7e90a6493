// The state of a row: a sign and a word. Plain CSS, since a table shows dozens of them at once.
import type { GenerationStatus } from '../../api/tables';
import classes from './StatusBadge.module.css';

interface Look {
  word: string;
  sign: string;
  help: string;
}

export const LOOKS: Record<GenerationStatus | 'paused', Look> = {
  pending: { word: 'Not started', sign: '·', help: 'No run has worked on this row yet.' },
  queued: { word: 'Waiting', sign: '○', help: 'A run has this row in its queue.' },
  processing: { word: 'Processing', sign: '', help: 'A worker is at work on this row.' },
  completed: { word: 'Completed', sign: '✓', help: 'The last run finished this row.' },
  failed: { word: 'Failed', sign: '!', help: 'The last run could not finish this row.' },
  cancelled: { word: 'Cancelled', sign: '–', help: 'The run was cancelled before this row.' },
  paused: { word: 'Paused', sign: '‖', help: 'The run is paused; it can be resumed.' },
};

interface StatusBadgeProps {
  status: GenerationStatus | 'paused';
  /** What it means here, where it is not the state of a row. */
  help?: string;
}

export function StatusBadge({ status, help }: StatusBadgeProps) {
  const look = LOOKS[status];
  return (
    <span className={classes.badge} data-status={status} title={help ?? look.help}>
      <span className={classes.sign} aria-hidden>
        {look.sign}
      </span>
      {look.word}
    </span>
  );
}

/** Words by status, as choices of a filter. */
export const GENERATION_STATUSES: Record<string, string> = Object.fromEntries(
  Object.entries(LOOKS).flatMap(([status, { word }]) =>
    status === 'paused' ? [] : [[status, word]],
  ),
);
