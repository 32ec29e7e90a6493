// All runs, newest first, by their status and by how they were started.
import { Anchor, Button, Group, NativeSelect, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { Run } from '../../api/runs';
import { type RunFilter, useRunHistory } from '../../hooks/useRunHistory';
import { credits, label, moment } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { StatusBadge } from '../common/StatusBadge';
import classes from './History.module.css';
import { duration, STAGES } from './stages';

const CHOICES = {
  kind: { automation: 'Automation', by_hand: 'By hand' },
  status: Object.fromEntries(
    ['running', 'paused', 'completed', 'failed', 'cancelled'].map((value) => [value, label(value)]),
  ),
};

const HELP: Record<Run['status'], string> = {
  running: 'Workers are at work on it.',
  paused: 'It stands still and can be resumed.',
  completed: 'All of its stages are complete.',
  failed: 'It stopped with an error; open it to see why and go on.',
  cancelled: 'A person ended it.',
};

export function History() {
  const [params] = useSearchParams();
  const asked = Object.entries(CHOICES).flatMap(([name, words]) => {
    const value = params.get(name) ?? '';
    return Object.hasOwn(words, value) ? [[name, value]] : [];
  });
  const runs = useRunHistory(Object.fromEntries(asked) as RunFilter);
  const shown = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="xs" component="section" aria-label="Runs">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Runs
        </Title>
        <Group gap="xs">
          <Choice name="kind" title="Started" />
          <Choice name="status" title="Status" />
        </Group>
      </Group>
      {runs.error && <ErrorPanel error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.isPending && <Skeleton h={80} />}
      {runs.data && shown.length === 0 && (
        <Text c="dimmed" size="sm">
          {asked.length > 0 ? 'No run is like that.' : 'No run yet. Set one up above and start it.'}
        </Text>
      )}
      <ul className={classes.runs}>
        {shown.map((run) => (
          <Entry key={run.id} run={run} />
        ))}
      </ul>
      {runs.hasNextPage && (
        <Button
          variant="subtle"
          onClick={() => void runs.fetchNextPage()}
          loading={runs.isFetchingNextPage}
        >
          Show more
        </Button>
      )}
    </Stack>
  );
}

/** A filter of the list; what is chosen stands in the address. */
function Choice({ name, title }: { name: keyof typeof CHOICES; title: string }) {
  const [params, setParams] = useSearchParams();
  const choose = (value: string) => {
    const { [name]: _, ...others } = Object.fromEntries(params);
    setParams(value ? { ...others, [name]: value } : others, { replace: true });
  };
  return (
    <NativeSelect
      aria-label={title}
      value={params.get(name) ?? ''}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        { value: '', label: `${title}: all` },
        ...Object.entries(CHOICES[name]).map(([value, words]) => ({ value, label: words })),
      ]}
    />
  );
}

function Entry({ run }: { run: Run }) {
  const took = run.ended_at && (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000;
  const result = lastResult(run);
  return (
    <li className={classes.run} data-status={run.status}>
      <div className={classes.when}>
        <Anchor component={Link} to={`/automation/${run.id}`} fw={600} size="sm">
          {run.function ? `${STAGES[run.stage]?.name} by hand` : 'Automation'}
        </Anchor>
        <Text size="xs" c="dimmed">
          {moment(run.started_at)}, {run.started_by}
        </Text>
      </div>
      <StatusBadge
        status={run.status === 'running' ? 'processing' : run.status}
        help={HELP[run.status]}
      />
      <Text size="sm" className={classes.result}>
        {run.status === 'failed' && run.error
          ? run.error.user_message
          : (result ?? `At ${STAGES[run.stage]?.name.toLowerCase()}`)}
      </Text>
      <Text size="sm" c="dimmed" className={classes.cost}>
        {credits(run.credits_used)}
        {took ? ` · ${duration(took)}` : ''}
      </Text>
    </li>
  );
}

/** The server's words for what the last complete stage achieved. */
function lastResult(run: Run): string | null {
  const results = [7, 6, 5, 4, 3, 2, 1].map(
    (stage) => run[`stage_${stage}_result` as keyof Run] as { message?: string } | null,
  );
  return results.find((each) => each !== null)?.message ?? null;
}
