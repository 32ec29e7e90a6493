// Retries of a stage's failed items: all of them, or those that are ticked.
import { Button, Group } from '@mantine/core';
import { useEffect } from 'react';
import type { Retry } from '../../hooks/useRetry';
import { number } from '../../words';
import type { StageProgress } from './stages';

export function RetryBar({ retry, stage }: { retry: Retry; stage: StageProgress }) {
  const { chosen, clear } = retry;
  useEffect(() => {
    if (stage.failed === 0) clear();
  }, [stage.failed, clear]);
  return (
    <Group gap="xs">
      <Button size="xs" onClick={retry.all} loading={retry.retrying}>
        Retry all failed ({number(stage.failed)})
      </Button>
      {chosen.size > 0 && (
        <Button size="xs" variant="default" onClick={retry.selected} disabled={retry.retrying}>
          Retry selected ({number(chosen.size)})
        </Button>
      )}
    </Group>
  );
}
