// What came of a run, in the server's words, once it has ended or while it is paused.
import { Alert } from '@mantine/core';
import { IconCheck, IconPlayerPause, IconX } from '@tabler/icons-react';
import type { Progress } from '../../realtime/live';
import classes from './ErrorPanel.module.css';

const LOOKS = {
  completed: { color: 'green', icon: <IconCheck aria-hidden /> },
  cancelled: { color: 'gray', icon: <IconX aria-hidden /> },
  paused: { color: 'gray', icon: <IconPlayerPause aria-hidden /> },
};

export function Outcome({ progress }: { progress: Progress }) {
  const { status } = progress;
  if (status === 'running' || status === 'failed') return null;
  const title = status === 'paused' ? 'Paused' : progress.message;
  return (
    <Alert
      variant="outline"
      role="status"
      py="xs"
      data-testid="outcome"
      title={title}
      classNames={{ title: classes.title ?? '' }}
      {...LOOKS[status]}
    />
  );
}
