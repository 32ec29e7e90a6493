// A run by hand, as it goes: bar, phase, message, counts, time left, step log; then its outcome.
import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import type { ProgressModalState } from '../../hooks/useProgressModal';
import type { Progress } from '../../realtime/live';
import { number, timeLeft } from '../../words';
import { ErrorPanel } from './ErrorPanel';
import { FailedItems } from './FailedItems';
import { Outcome } from './Outcome';
import { ProgressBar, phaseWord } from './ProgressBar';
import { StepLog } from './StepLog';

interface ProgressModalProps {
  state: ProgressModalState;
  /** What is special about this function, between the bar and the log. */
  children?: ReactNode;
}

export function ProgressModal({ state, children }: ProgressModalProps) {
  const { progress, opened } = state;
  return (
    <Modal
      opened={opened !== null}
      onClose={state.close}
      title={progress?.title ?? (opened?.error ? 'Not started' : 'Starting')}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close; the run goes on' }}
    >
      <Stack gap="sm">
        <Failure state={state} />
        {progress && <Outcome progress={progress} />}
        {progress ? <Going progress={progress} /> : !state.error && <Skeleton h={60} />}
        <Failed state={state} />
        {children}
        {progress && <StepLog steps={progress.steps} />}
        <Buttons state={state} />
      </Stack>
    </Modal>
  );
}

function Failure({ state }: { state: ProgressModalState }) {
  const { error, progress, run } = state;
  if (!error) return null;
  const stopped = progress?.stages.find((stage) => stage.stage === progress.error?.stage);
  return (
    <ErrorPanel
      error={error}
      onRetry={state.again}
      retryLabel={run?.moves.includes('resume') ? 'Resume' : 'Retry'}
      retrying={state.trying}
      onLeave={state.close}
    >
      {progress?.error && (
        <Text size="sm">
          Stopped in {stopped?.name ?? progress.title}, phase “{phaseWord(progress.error.phase)}”.
          Credits used: {number(run?.credits_used ?? 0)}.
        </Text>
      )}
    </ErrorPanel>
  );
}

/** The items that failed, by stage. Of one that was all there was, the error above says it all. */
function Failed({ state }: { state: ProgressModalState }) {
  const { progress, run, close } = state;
  if (!progress || !run) return null;
  if (progress.status === 'failed' && progress.items_failed === 1) return null;
  return progress.stages
    .filter((stage) => stage.failed > 0)
    .map((stage) => <FailedItems key={stage.stage} run={run} stage={stage} onLeave={close} />);
}

function Going({ progress }: { progress: Progress }) {
  const going = progress.status === 'running' || progress.status === 'paused';
  const left = progress.status === 'running' ? timeLeft(progress.estimated_seconds_remaining) : '';
  return (
    <Stack gap={6}>
      <ProgressBar progress={progress} />
      <Group justify="space-between" gap="xs">
        {/* How it ended stands above, once. */}
        {going && (
          <Text size="sm" data-testid="message">
            {progress.message}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {left}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" data-testid="counts">
        {number(progress.items_processed)} of {number(progress.items_total)}
        {progress.items_failed > 0 && `, ${number(progress.items_failed)} failed`}
        {going && progress.current_item && ` · ${progress.current_item}`}
      </Text>
    </Stack>
  );
}

function Buttons({ state }: { state: ProgressModalState }) {
  const canCancel = state.run?.moves.includes('cancel') && !state.ended;
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that had the focus is gone with the end of the run.
    if (state.ended && document.activeElement === document.body) close.current?.focus();
  }, [state.ended]);
  return (
    <Group justify="flex-end" gap="xs">
      {canCancel && (
        <Button
          variant="default"
          onClick={() => !state.cancelling && void state.cancel()}
          aria-disabled={state.cancelling}
        >
          {state.cancelling ? 'Cancelling …' : 'Cancel the run'}
        </Button>
      )}
      <Button ref={close} variant={state.ended ? 'filled' : 'light'} onClick={state.close}>
        {state.ended || !state.progress ? 'Close' : 'Close and go on'}
      </Button>
    </Group>
  );
}
