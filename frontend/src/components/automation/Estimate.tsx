// What the run will take: items, credits and time, each said to be expected where it is; the start.
import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { ProblemError, type Schemas } from '../../api/client';
import type { RunSetupState } from '../../hooks/useRunSetup';
import { useSession } from '../../hooks/useSession';
import { credits, number } from '../../words';
import { ErrorPanel, NextStep } from '../common/ErrorPanel';
import classes from './RunSetup.module.css';
import { duration } from './stages';

type Forecast = Schemas['Forecast'];

export function Estimate({ state }: { state: RunSetupState }) {
  const { estimate, refused, startable, setup } = state;
  const nothing = !startable && setup.source !== 'all_new' && !state.matching.isFetching;
  const known = startable && !estimate.error ? estimate.data : undefined;
  return (
    <Stack gap="sm">
      {estimate.error && startable && (
        <NoEstimate error={estimate.error} again={() => void estimate.refetch()} />
      )}
      {known && <Table forecast={known} old={!state.current} />}
      {known && <Cost forecast={known} />}
      {!known && estimate.isFetching && <Skeleton h={200} />}
      {nothing && !known && <Text size="sm">Nothing is chosen: no keyword matches.</Text>}
      {refused && <ErrorPanel error={refused} />}
      <Button
        size="md"
        leftSection={<IconPlayerPlay size={18} aria-hidden />}
        onClick={state.begin}
        disabled={!known}
        loading={state.beginning}
      >
        Start the run
      </Button>
    </Stack>
  );
}

/** Nothing to work on is no fault; anything else is. */
function NoEstimate({ error, again }: { error: Error; again: () => void }) {
  if (!(error instanceof ProblemError && error.problem.code === 'nothing_to_do')) {
    return <ErrorPanel error={error} onRetry={again} />;
  }
  return (
    <Text size="sm" role="status">
      {error.message} {error.problem.hint}
    </Text>
  );
}

function Table({ forecast, old }: { forecast: Forecast; old: boolean }) {
  return (
    <table className={`${classes.forecast} ${old ? classes.old : ''}`} aria-busy={old}>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">Items</th>
          <th scope="col">Credits</th>
        </tr>
      </thead>
      <tbody>
        {forecast.stages.map((stage) => (
          <tr key={stage.stage}>
            <th scope="row">
              {stage.stage}. {stage.name}
            </th>
            <td>
              {number(stage.items)}
              {!stage.items_known && ' expected'}
            </td>
            <td>{number(stage.credits)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td />
          <td data-testid="credits">
            {!forecast.credits_known && 'about '}
            {number(forecast.credits)}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

function Cost({ forecast }: { forecast: Forecast }) {
  const { data: session } = useSession();
  const { seconds_low: low, seconds_high: high } = forecast;
  return (
    <Stack gap={6}>
      <Text size="sm" data-testid="time">
        Time: {low === null || high === null ? UNKNOWN : range(low, high)}
      </Text>
      <Text size="sm" data-testid="balance">
        Balance: {credits(forecast.balance)}
        {forecast.enough && ', which is enough'}
      </Text>
      {!forecast.enough && (
        <Alert variant="outline" color="orange" p="xs" role="status">
          <Stack gap="xs" align="flex-start">
            <Text size="sm">
              The balance does not cover all of it. The run starts, and stops at the stage that
              cannot be paid for; it can be resumed after a purchase.
            </Text>
            <NextStep
              action={{
                kind: 'purchase_credits',
                label: 'Purchase Credits',
                href: session?.purchase_url ?? null,
              }}
            />
          </Stack>
        </Alert>
      )}
    </Stack>
  );
}

const UNKNOWN = 'known after the first run of these stages';

/** "3 min to 5 min"; nobody needs a forecast in tenths of a second. */
function range(low: number, high: number): string {
  const [from, to] = [low, high].map((seconds) => duration(Math.max(10, Math.ceil(seconds))));
  return from === to ? `about ${to}` : `${from} to ${to}`;
}
