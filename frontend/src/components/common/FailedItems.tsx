// The items of a stage that failed, each with why and its next step, and the retries.
import { Stack } from '@mantine/core';
import type { Run } from '../../api/runs';
import { useRetry } from '../../hooks/useRetry';
import { RetryReceipt } from '../automation/Receipt';
import { RetryBar } from '../automation/RetryBar';
import { StageLane } from '../automation/StageLane';
import classes from '../automation/StageLane.module.css';
import type { StageProgress } from '../automation/stages';
import { ErrorPanel } from './ErrorPanel';

interface FailedItemsProps {
  run: Run;
  stage: StageProgress;
  /** Called before an item leads to another page. */
  onLeave: () => void;
}

/** Give it the stage as its `key`: what is ticked is of one stage. */
export function FailedItems({ run, stage, onLeave }: FailedItemsProps) {
  const retry = useRetry(run.id, stage.stage);
  return (
    <Stack gap="xs">
      {run.moves.includes('retry') && <RetryBar retry={retry} stage={stage} />}
      {retry.receipt && <RetryReceipt receipt={retry.receipt} close={retry.forget} />}
      {retry.error && <ErrorPanel error={retry.error} />}
      <div className={classes.lanes}>
        <StageLane run={run} stage={stage} queue="failed" q="" retry={retry} onLeave={onLeave} />
      </div>
    </Stack>
  );
}
