// The queues of one stage, side by side, with one search over all of them and the retries.
import { Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Run } from '../../api/runs';
import { useRetry } from '../../hooks/useRetry';
import { ErrorPanel } from '../common/ErrorPanel';
import { RetryReceipt } from './Receipt';
import { RetryBar } from './RetryBar';
import { StageLane } from './StageLane';
import classes from './StageLane.module.css';
import { items, QUEUES, type StageProgress } from './stages';

const PATIENCE = 250;

interface StageQueuesProps {
  run: Run;
  stage: StageProgress;
}

/** Give it the stage as its `key`: search and selection are those of one stage. */
export function StageQueues({ run, stage }: StageQueuesProps) {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), PATIENCE);
  const retry = useRetry(run.id, stage.stage);
  const shown = QUEUES.filter((queue) => queue !== 'cancelled' || stage.cancelled > 0);
  const titleId = `queues-of-stage-${stage.stage}`;
  return (
    <Stack gap="xs" component="section" aria-labelledby={titleId}>
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={2} size="h4" id={titleId}>
            {stage.name}
          </Title>
          <Text size="sm" c="dimmed" data-testid="stage-message">
            {stage.result?.message ?? `${items(stage.items_total)} in this stage`}
          </Text>
        </div>
        <TextInput
          type="search"
          aria-label={`Search in ${stage.name}`}
          placeholder="Search by name"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<IconSearch size={16} aria-hidden />}
        />
      </Group>
      {run.moves.includes('retry') && stage.failed > 0 && <RetryBar retry={retry} stage={stage} />}
      {retry.receipt && <RetryReceipt receipt={retry.receipt} close={retry.forget} />}
      {retry.error && <ErrorPanel error={retry.error} />}
      <div className={classes.lanes}>
        {shown.map((queue) => (
          <StageLane key={queue} run={run} stage={stage} queue={queue} q={q} retry={retry} />
        ))}
      </div>
    </Stack>
  );
}
