// The whole run at a glance: the bar by the server's percentage, what goes on, time left, credits.
import { Group, Stack, Text } from '@mantine/core';
import type { Run } from '../../api/runs';
import type { Progress } from '../../realtime/live';
import { label, moment, number, timeLeft } from '../../words';
import { ProgressBar } from '../common/ProgressBar';
import classes from './OverallProgress.module.css';
import { duration } from './stages';

export function OverallProgress({ run, progress }: { run: Run; progress: Progress }) {
  const left = progress.status === 'running' ? timeLeft(progress.estimated_seconds_remaining) : '';
  return (
    <Stack gap={6} className={classes.overall}>
      <Group justify="space-between" align="baseline" wrap="nowrap">
        <Text fw={600} data-testid="message">
          {progress.ended_at ? label(progress.status) : progress.message}
        </Text>
        <Text fw={700} size="lg" data-testid="percentage">
          {Math.floor(progress.percentage * 10) / 10}%
        </Text>
      </Group>
      <ProgressBar progress={progress} plain />
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" lineClamp={1}>
          {progress.status === 'running' && progress.current_item}
        </Text>
        <Text size="sm" c="dimmed" data-testid="time-left">
          {left}
        </Text>
      </Group>
      <Facts run={run} progress={progress} />
    </Stack>
  );
}

function Facts({ run, progress }: { run: Run; progress: Progress }) {
  const { started_at, ended_at } = progress;
  const facts: [string, string][] = [
    ['Started', `${moment(started_at)} by ${run.started_by}`],
    ['Order', progress.order === 'flow' ? 'Flow' : 'Stage by stage'],
    ['At once', number(progress.concurrency)],
    ['Credits used', number(run.credits_used)],
  ];
  if (ended_at) {
    const seconds = (Date.parse(ended_at) - Date.parse(started_at)) / 1000;
    facts.push(['Took', duration(seconds)]);
  }
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
