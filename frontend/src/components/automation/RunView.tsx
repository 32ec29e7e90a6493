// One run as it goes: the bar, its stages, the queues of the chosen one, controls and step log.
import { Anchor, Skeleton, Stack, Title } from '@mantine/core';
import { useThrottledValue } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { Link, useSearchParams } from 'react-router';
import { keys } from '../../api/keys';
import { queryClient } from '../../api/queryClient';
import { type Run, useRun, useRunMoves } from '../../api/runs';
import { useKeyed, useProgress } from '../../hooks/useLive';
import { facts, type Progress } from '../../realtime/live';
import { ErrorPanel } from '../common/ErrorPanel';
import { announce } from '../common/LiveRegion';
import { StepLog } from '../common/StepLog';
import { Page } from '../layout/Page';
import { OverallProgress } from './OverallProgress';
import { RunControls } from './RunControls';
import { RunOutcome } from './RunOutcome';
import { StageCard } from './StageCard';
import classes from './StageCard.module.css';
import { StageQueues } from './StageQueues';

const REST = 2000;

export function RunView({ id }: { id: string }) {
  const { progress, error } = useProgress(id);
  const run = useRun(id);
  useFreshCredits(id);
  const failed = run.error ?? error;
  if (!progress || !run.data) {
    return (
      <Page title="Automation run" actions={<Back />}>
        {failed ? <ErrorPanel error={failed} /> : <Skeleton h={160} />}
      </Page>
    );
  }
  return <Loaded run={run.data} progress={progress} />;
}

function Loaded({ run, progress }: { run: Run; progress: Progress }) {
  const moves = useRunMoves(run.id);
  const [params, setParams] = useSearchParams();
  const asked = Number(params.get('stage'));
  const chosen = progress.stages.find((each) => each.stage === (asked || progress.stage));
  const queues = useRef<HTMLDivElement>(null);
  const choose = (stage: number) => {
    setParams({ stage: String(stage) }, { replace: true });
    queues.current?.scrollIntoView({ block: 'nearest' });
  };
  useEffect(() => announce(progress.message), [progress.message]);
  return (
    <Page
      title={progress.title}
      actions={
        <>
          <Back />
          <RunControls run={run} progress={progress} move={moves.move} />
        </>
      }
    >
      <Stack gap="md">
        <OverallProgress run={run} progress={progress} />
        <RunOutcome run={run} progress={progress} moves={moves} choose={choose} />
        <ol className={classes.cards} aria-label="Stages">
          {progress.stages.map((stage) => (
            <li key={stage.stage}>
              <StageCard stage={stage} run={progress} chosen={stage === chosen} choose={choose} />
            </li>
          ))}
        </ol>
        <div ref={queues} className={classes.queues}>
          {chosen && <StageQueues key={chosen.stage} run={run} stage={chosen} />}
        </div>
        <div>
          <Title order={2} size="h4" mb={6}>
            Step log
          </Title>
          <StepLog steps={progress.steps} />
        </div>
      </Stack>
    </Page>
  );
}

function Back() {
  return (
    <Anchor component={Link} to="/automation" size="sm">
      All runs
    </Anchor>
  );
}

/** Reads the run again when the balance has moved, so that the credits it used are true. */
function useFreshCredits(id: string): void {
  const balance = useThrottledValue(useKeyed(facts, 'balance'), REST);
  useEffect(() => {
    if (balance !== undefined) void queryClient.invalidateQueries({ queryKey: keys.run(id) });
  }, [balance, id]);
}
