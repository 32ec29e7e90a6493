// The runs of the automation, newest first, by their status.
import { Anchor, Button, Group, NativeSelect, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { Schemas } from '../../api/client';
import type { Run } from '../../api/runs';
import { useRunHistory } from '../../hooks/useRunHistory';
import { credits, label, moment } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { StatusBadge } from '../common/StatusBadge';
import classes from './History.module.css';
import { duration, STAGES } from './stages';

const STATUSES = ['running', 'paused', 'completed', 'failed', 'cancelled'];
const PARAM = 'status';

const HELP: Record<Run['status'], string> = {
  running: 'Workers are at work on it.',
  paused: 'It stands still and can be resumed.',
  completed: 'All of its stages are complete.',
  failed: 'It stopped with an error; open it to see why and go on.',
  cancelled: 'A person ended it.',
};

export function History() {
  const [params, setParams] = useSearchParams();
  const asked = params.get(PARAM) ?? '';
  const status = STATUSES.includes(asked) ? (asked as Schemas['RunStatus']) : null;
  const runs = useRunHistory(status);
  const shown = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="xs" component="section" aria-label="Runs">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Runs
        </Title>
        <NativeSelect
          aria-label="Status"
          value={status ?? ''}
          onChange={({ currentTarget: { value } }) =>
            setParams(value ? { [PARAM]: value } : {}, { replace: true })
          }
          data={[
            { value: '', label: 'Status: all' },
            ...STATUSES.map((value) => ({ value, label: label(value) })),
          ]}
        />
      </Group>
      {runs.error && <ErrorPanel error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.isPending && <Skeleton h={80} />}
      {runs.data && shown.length === 0 && (
        <Text c="dimmed" size="sm">
          {status ? `No run is ${status}.` : 'No run yet. Set one up above and start it.'}
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

function Entry({ run }: { run: Run }) {
  const took = run.ended_at && (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000;
  const result = lastResult(run);
  return (
    <li className={classes.run} data-status={run.status}>
      <div className={classes.when}>
        <Anchor component={Link} to={`/automation/${run.id}`} fw={600} size="sm">
          {moment(run.started_at)}
        </Anchor>
        <Text size="xs" c="dimmed">
          {run.started_by}
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
