// Pause, resume and cancel. Each says what it will do before it is done.
import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
import type { Run, useRunMoves } from '../../api/runs';
import type { Progress } from '../../realtime/live';
import { confirm } from '../common/confirm';
import { items } from './stages';

interface RunControlsProps {
  run: Run;
  progress: Progress;
  move: ReturnType<typeof useRunMoves>['move'];
}

const total = (progress: Progress, queue: 'pending' | 'processing' | 'completed') =>
  progress.stages.reduce((sum, stage) => sum + stage[queue], 0);

export function RunControls({ run, progress, move }: RunControlsProps) {
  const busy = (which: string) => move.isPending && move.variables === which;
  const pause = async () => {
    const question = {
      title: 'Pause this run?',
      text: `Nothing new starts. What is at work now (${items(total(progress, 'processing'))}) is finished and saved. What waits (${items(total(progress, 'pending'))}) keeps its place, and Resume goes on from exactly there, also after a restart.`,
      yes: 'Pause the run',
      no: 'Let it go on',
    };
    if (await confirm(question)) move.mutate('pause');
  };
  const cancel = async () => {
    const question = {
      title: 'Cancel this run?',
      text: `Nothing new starts, and calls to the AI service are closed. What is at work (${items(total(progress, 'processing'))}) and what waits (${items(total(progress, 'pending'))}) becomes cancelled. What is saved stays (${items(total(progress, 'completed'))}), and credits held for the rest come back. A cancelled run cannot be resumed.`,
      yes: 'Cancel the run',
      no: progress.status === 'running' ? 'Let it go on' : 'Keep it',
      danger: true,
    };
    if (await confirm(question)) move.mutate('cancel');
  };
  // One button for both: it keeps the focus when one turns into the other.
  const paused = progress.status === 'paused';
  const steerable = paused || progress.status === 'running';
  const Icon = paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <>
      {steerable && (run.moves.includes('pause') || run.moves.includes('resume')) && (
        <Button
          variant={paused ? 'filled' : 'default'}
          leftSection={<Icon size={16} aria-hidden />}
          onClick={() => (paused ? move.mutate('resume') : void pause())}
          loading={busy('pause') || busy('resume')}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
      )}
      {run.moves.includes('cancel') && (
        <Button
          variant="default"
          leftSection={<IconX size={16} aria-hidden />}
          onClick={() => void cancel()}
          loading={busy('cancel')}
        >
          Cancel
        </Button>
      )}
    </>
  );
}
