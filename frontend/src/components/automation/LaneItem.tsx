// One item of a queue; a failed one with why, what to do about it, and its own retry.
import { Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { Retry } from '../../hooks/useRetry';
import type { QueueEntry } from '../../hooks/useStageQueue';
import { NextStep } from '../common/ErrorPanel';
import classes from './StageLane.module.css';
import { duration, rowAddress } from './stages';

interface LaneItemProps {
  entry: QueueEntry;
  stage: number;
  /** Null where nothing can be retried. */
  retry: Retry | null;
  /** Called before the item leads to another page. */
  onLeave?: (() => void) | undefined;
}

export function LaneItem({ entry, stage, retry, onLeave }: LaneItemProps) {
  const { item, error } = entry;
  const href = rowAddress(stage, item.id);
  return (
    <li className={classes.item} data-id={item.id}>
      <div className={classes.name}>
        {retry && (
          <input
            type="checkbox"
            aria-label={`Select ${item.title}`}
            checked={retry.chosen.has(item.id)}
            onChange={() => retry.toggle(item.id)}
          />
        )}
        <Anchor
          component={Link}
          to={href}
          onClick={onLeave}
          size="sm"
          c="inherit"
          underline="hover"
        >
          {item.title}
        </Anchor>
      </div>
      <Facts entry={entry} />
      {error && <Text size="sm">{error.user_message}</Text>}
      {retry && (
        <Group gap={6}>
          {error && error.action.kind !== 'retry' && (
            <NextStep
              small
              action={{ ...error.action, href: error.action.href ?? href }}
              onLeave={onLeave}
            />
          )}
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Retry ${item.title}`}
            onClick={() => retry.one(item.id)}
            disabled={retry.retrying}
          >
            Retry
          </Button>
        </Group>
      )}
    </li>
  );
}

/** How often it was tried and how long it took, where that says something. */
function Facts({ entry: { item } }: { entry: QueueEntry }) {
  const facts: string[] = [];
  if (item.attempts > 1) facts.push(`${item.attempts} attempts`);
  if (item.started_at && item.finished_at) {
    const took = Date.parse(item.finished_at) - Date.parse(item.started_at);
    facts.push(duration(took / 1000));
  }
  if (facts.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      {facts.join(' · ')}
    </Text>
  );
}
