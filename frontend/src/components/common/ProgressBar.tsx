// The bar of a run, with the phases of its function under it. Its value text is the message.
import { Progress as Bar } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import type { Progress } from '../../realtime/live';
import classes from './ProgressBar.module.css';

const PHASES: [Progress['phase'], string][] = [
  ['INIT', 'Start'],
  ['PREP', 'Prepare'],
  ['AI_CALL', 'AI at work'],
  ['PARSE', 'Read answer'],
  ['SAVE', 'Save'],
  ['DONE', 'Done'],
];

/** A phase as people read it: AI_CALL → "AI at work". */
export const phaseWord = (phase: string) => PHASES.find(([name]) => name === phase)?.[1] ?? phase;

const COLORS: Record<Progress['status'], string> = {
  running: 'indigo',
  paused: 'gray.6',
  cancelled: 'gray.6',
  completed: 'green',
  failed: 'red',
};

interface ProgressBarProps {
  progress: Progress;
  /** Without the phases. */
  plain?: boolean;
}

export function ProgressBar({ progress, plain = false }: ProgressBarProps) {
  const still = useReducedMotion();
  const running = progress.status === 'running';
  return (
    <div>
      <Bar.Root
        size="lg"
        role="progressbar"
        aria-label={progress.title}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(progress.percentage)}
        aria-valuetext={`${Math.floor(progress.percentage)}%: ${progress.message}`}
      >
        <Bar.Section
          withAria={false}
          value={progress.percentage}
          color={COLORS[progress.status]}
          striped={running}
          animated={running && !still}
        />
      </Bar.Root>
      {!plain && <Phases phase={progress.phase} />}
    </div>
  );
}

function Phases({ phase: now }: { phase: Progress['phase'] }) {
  return (
    <ol className={classes.phases}>
      {PHASES.map(([phase, word]) => (
        <li key={phase} data-phase={phase} aria-current={phase === now ? 'step' : undefined}>
          {word}
        </li>
      ))}
    </ol>
  );
}
