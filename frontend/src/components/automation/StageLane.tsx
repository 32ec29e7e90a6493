// One queue of a stage: how many items stand in it, and which.
import { Button, Skeleton, Text, Title } from '@mantine/core';
import { useId } from 'react';
import type { Run } from '../../api/runs';
import type { Retry } from '../../hooks/useRetry';
import { useStageQueue } from '../../hooks/useStageQueue';
import { label, number } from '../../words';
import { ErrorLine } from '../common/ErrorPanel';
import { LaneItem } from './LaneItem';
import classes from './StageLane.module.css';
import { QUEUES, type QueueName, type StageProgress } from './stages';

interface StageLaneProps {
  run: Run;
  stage: StageProgress;
  queue: QueueName;
  q: string;
  retry: Retry;
  /** Called before an item leads to another page. */
  onLeave?: () => void;
}

const NONE: Record<QueueName, string> = {
  pending: 'Nothing waits.',
  processing: 'Nothing is at work.',
  completed: 'Nothing is done yet.',
  failed: 'Nothing failed.',
  cancelled: 'Nothing was cancelled.',
};

/** What must have changed for the items of a queue to be others. */
function signOf(stage: StageProgress, queue: QueueName): string {
  const all = QUEUES.map((each) => stage[each]).join(' ');
  return queue === 'processing' ? all : `${stage[queue]} ${stage.items_total}`;
}

export function StageLane({ run, stage, queue, q, retry, onLeave }: StageLaneProps) {
  const titleId = useId();
  const place = { run: run.id, stage: stage.stage, queue, q };
  const list = useStageQueue(place, signOf(stage, queue));
  const count = stage[queue];
  const entries = count > 0 ? list.entries : [];
  const canRetry = queue === 'failed' && run.moves.includes('retry');
  return (
    <section
      className={classes.lane}
      data-queue={queue}
      data-empty={count === 0 || undefined}
      aria-labelledby={titleId}
    >
      <Title order={3} className={classes.title} id={titleId}>
        {label(queue)} <span data-testid="count">{number(count)}</span>
      </Title>
      {list.error && <ErrorLine error={list.error} onRetry={list.reload} />}
      {count > 0 && entries.length === 0 && !q && !list.error && <Coming stage={stage} />}
      {count === 0 && (
        <Text size="sm" c="dimmed">
          {NONE[queue]}
        </Text>
      )}
      {count > 0 && entries.length === 0 && !list.loading && q && (
        <Text size="sm" c="dimmed">
          No match for “{q}”.
        </Text>
      )}
      <ul className={classes.items} aria-labelledby={titleId}>
        {entries.map((entry) => (
          <LaneItem
            key={entry.item.id}
            entry={entry}
            stage={stage.stage}
            retry={canRetry ? retry : null}
            onLeave={onLeave}
          />
        ))}
      </ul>
      {list.more && entries.length > 0 && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={list.loadMore}
          loading={list.loadingMore}
        >
          Show more
        </Button>
      )}
    </section>
  );
}

/** Stands for items that are counted and not listed: not read yet, or not yet in the stage. */
function Coming({ stage }: { stage: StageProgress }) {
  if (stage.status !== 'waiting') return <Skeleton h={40} />;
  return (
    <Text size="sm" c="dimmed">
      Listed when the stage opens.
    </Text>
  );
}
