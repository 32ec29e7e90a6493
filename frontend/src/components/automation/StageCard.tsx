// One stage of a run: how it stands, what came in and what was made. Choosing it shows its queues.
import { Text, UnstyledButton } from '@mantine/core';
import { Fragment } from 'react';
import type { Progress } from '../../realtime/live';
import { number } from '../../words';
import { StatusBadge } from '../common/StatusBadge';
import classes from './StageCard.module.css';
import { duration, factsOf, QUEUES, STATE_HELP, type StageProgress, stateOf } from './stages';

interface StageCardProps {
  stage: StageProgress;
  run: Progress;
  chosen: boolean;
  choose: (stage: number) => void;
}

export function StageCard({ stage, run, chosen, choose }: StageCardProps) {
  const state = stateOf(stage, run.status, run.error?.stage ?? undefined);
  const facts = factsOf(stage);
  return (
    <UnstyledButton
      className={classes.card}
      data-stage={stage.stage}
      data-state={state}
      aria-pressed={chosen}
      onClick={() => choose(stage.stage)}
    >
      <div className={classes.head}>
        <Text fw={600}>
          <span className={classes.number}>{stage.stage}</span> {stage.name}
        </Text>
        <Text size="xs" component="span">
          <StatusBadge status={state} help={STATE_HELP[state]} />
        </Text>
      </div>
      <div className={classes.bar} aria-hidden>
        <div style={{ width: `${stage.percentage}%` }} />
      </div>
      <Facts facts={facts} />
      <Counts stage={stage} />
      {stage.result && (
        <Text size="xs" c="dimmed">
          {duration(stage.result.seconds)} · {number(stage.result.credits)}{' '}
          {stage.result.credits === 1 ? 'credit' : 'credits'}
        </Text>
      )}
    </UnstyledButton>
  );
}

/** What came in and what was made, a line each; one sentence for those who hear it. */
function Facts({ facts }: { facts: string[] }) {
  if (facts.length === 0) {
    return (
      <Text size="sm" c="dimmed" data-testid="facts">
        Nothing has come in yet
      </Text>
    );
  }
  return (
    <Text size="sm" component="div" data-testid="facts">
      {facts.map((fact, place) => (
        <Fragment key={fact}>
          {place > 0 && <span className="only-read-aloud"> · </span>}
          <Fact text={fact} />
        </Fragment>
      ))}
    </Text>
  );
}

/** "Keywords loaded 45" with the number at the right, where it can be compared. */
function Fact({ text }: { text: string }) {
  const end = text.lastIndexOf(' ');
  return (
    <span className={classes.fact}>
      <span>{text.slice(0, end)} </span>
      <strong>{text.slice(end + 1)}</strong>
    </span>
  );
}

/** How many items stand in each queue; empty queues are left out. */
function Counts({ stage }: { stage: StageProgress }) {
  const filled = QUEUES.filter((queue) => stage[queue] > 0);
  if (filled.length === 0) return null;
  return (
    <Text size="xs" c="dimmed" data-testid="counts">
      {filled.map((queue, place) => (
        <span key={queue} className={queue === 'failed' ? classes.failed : undefined}>
          {place > 0 && ' · '}
          {number(stage[queue])} {queue}
        </span>
      ))}
    </Text>
  );
}
