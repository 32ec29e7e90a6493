// How a run stands when nobody works on it: its error with the next step, what it made, or the
// pause, and where to go from here.
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Run, useRunMoves } from '../../api/runs';
import type { Progress } from '../../realtime/live';
import { number } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { Outcome } from '../common/Outcome';
import { phaseWord } from '../common/ProgressBar';
import { CancelReceipt } from './Receipt';
import { items, type StageProgress } from './stages';

interface RunOutcomeProps {
  run: Run;
  progress: Progress;
  moves: ReturnType<typeof useRunMoves>;
  /** Shows the queues of a stage. */
  choose: (stage: number) => void;
}

export function RunOutcome({ run, progress, moves, choose }: RunOutcomeProps) {
  const { move } = moves;
  const failed = progress.stages.filter((stage) => stage.failed > 0);
  const receipt = move.data && 'released' in move.data ? move.data : null;
  return (
    <Stack gap="sm">
      {move.error && <ErrorPanel error={move.error} />}
      {receipt && progress.status === 'cancelled' && (
        <CancelReceipt receipt={receipt} close={move.reset} />
      )}
      <Failed run={run} progress={progress} moves={moves} />
      <Outcome progress={progress} />
      {progress.status === 'paused' && <InFlight progress={progress} />}
      <Reviewed progress={progress} />
      {failed.length > 0 && <Failures stages={failed} choose={choose} />}
    </Stack>
  );
}

/** Why the run stopped, and the way on. */
function Failed({ run, progress, moves }: Omit<RunOutcomeProps, 'choose'>) {
  const { error } = progress;
  if (progress.status !== 'failed' || !error) return null;
  const resume = run.moves.includes('resume');
  const stopped = progress.stages.find((stage) => stage.stage === error.stage);
  return (
    <ErrorPanel
      error={error}
      onRetry={() => (resume ? moves.move.mutate('resume') : moves.retry.mutate({}))}
      retryLabel={resume ? 'Resume' : 'Retry all failed'}
      retrying={moves.move.isPending || moves.retry.isPending}
    >
      <Text size="sm">
        Stopped in {stopped?.name ?? progress.title}, phase “{phaseWord(error.phase)}”. Credits
        used: {number(run.credits_used)}.
      </Text>
    </ErrorPanel>
  );
}

/** Which stages have failed items, as the way to them. */
function Failures({
  stages,
  choose,
}: Pick<RunOutcomeProps, 'choose'> & { stages: StageProgress[] }) {
  return (
    <Group gap="xs">
      {stages.map((stage) => (
        <Button
          key={stage.stage}
          size="xs"
          variant="default"
          leftSection={<IconAlertTriangle size={16} color="var(--state-bad)" aria-hidden />}
          onClick={() => choose(stage.stage)}
        >
          {number(stage.failed)} failed in {stage.name}
        </Button>
      ))}
    </Group>
  );
}

/** After a pause some items are still being finished. */
function InFlight({ progress }: { progress: Progress }) {
  const count = progress.stages.reduce((sum, stage) => sum + stage.processing, 0);
  return (
    <Text size="sm" c="dimmed" data-testid="in-flight">
      {count > 0
        ? `${items(count)} at work will be finished and saved.`
        : 'Nothing is at work. Resume goes on from here.'}
    </Text>
  );
}

/** The way to the articles by what their review said. */
function Reviewed({ progress }: { progress: Progress }) {
  const created = progress.stages.find((stage) => stage.stage === 7)?.result?.created;
  if (!created) return null;
  const { ready = 0, needs_attention = 0 } = created;
  return (
    <Group gap="xs">
      {ready > 0 && (
        <Button component={Link} to="/content?result=ready">
          Read what is ready to publish ({number(ready)})
        </Button>
      )}
      {needs_attention > 0 && (
        <Button component={Link} to="/content?result=needs_attention" variant="default">
          See what needs attention ({number(needs_attention)})
        </Button>
      )}
    </Group>
  );
}
