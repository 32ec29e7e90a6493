// The wizard: what goes in, how it is done, what it will take, and the start.
import { Stack, Title } from '@mantine/core';
import { useRunSetup } from '../../hooks/useRunSetup';
import { Estimate } from './Estimate';
import { KeywordChoice } from './KeywordChoice';
import { RunOptions } from './RunOptions';
import classes from './RunSetup.module.css';
import { StageChoice } from './StageChoice';

export function RunSetup() {
  const state = useRunSetup();
  return (
    <div className={classes.setup}>
      <Stack gap="lg">
        <section aria-label="What to work on">
          <Title order={2} size="h4" mb="xs">
            1. What to work on
          </Title>
          <Stack gap="sm">
            {state.setup.first === 1 && <KeywordChoice state={state} />}
            <StageChoice state={state} />
          </Stack>
        </section>
        <section aria-label="Options">
          <Title order={2} size="h4" mb="xs">
            2. Options
          </Title>
          <RunOptions state={state} />
        </section>
      </Stack>
      <section aria-label="Estimate" className={classes.estimate}>
        <Title order={2} size="h4" mb="xs">
          3. Estimate and start
        </Title>
        <Estimate state={state} />
      </section>
    </div>
  );
}
