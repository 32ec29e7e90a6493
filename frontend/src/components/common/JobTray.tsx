// Runs that have not ended, with their progress. Choosing one opens its dialog or the wizard.
import { Button, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from 'react-router';
import { type Run, useActiveRuns } from '../../api/runs';
import { openRun } from '../../hooks/openRuns';
import { useProgress } from '../../hooks/useLive';
import classes from './JobTray.module.css';
import { ProgressBar } from './ProgressBar';
import { StatusBadge } from './StatusBadge';

export function JobTray() {
  const { data: runs = [] } = useActiveRuns();
  const [open, { toggle, close }] = useDisclosure();
  return (
    <Popover
      opened={open}
      onChange={(to) => !to && close()}
      width={340}
      position="bottom-end"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          variant={runs.length > 0 ? 'light' : 'subtle'}
          color={runs.length > 0 ? undefined : 'gray'}
          size="compact-sm"
          onClick={toggle}
          aria-expanded={open}
        >
          {runs.length === 1 ? '1 run' : `${runs.length} runs`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <Stack gap={4}>
          {runs.length === 0 && <Text size="sm">Nothing is running.</Text>}
          {runs.map((run) => (
            <Job key={run.id} run={run} close={close} />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Job({ run, close }: { run: Run; close: () => void }) {
  const { progress } = useProgress(run.id);
  const navigate = useNavigate();
  const open = () => {
    close();
    if (run.function) openRun(run.id);
    else void navigate(`/automation/${run.id}`);
  };
  return (
    <UnstyledButton className={classes.job} onClick={open}>
      <Text size="sm" fw={600}>
        {progress?.title ?? 'Run'}
      </Text>
      {progress && <ProgressBar progress={progress} plain />}
      <Text size="xs" c="dimmed">
        {progress?.message}
      </Text>
      {run.status === 'paused' && <StatusBadge status="paused" />}
    </UnstyledButton>
  );
}
