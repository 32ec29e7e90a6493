// Which of the seven stages are run, and in which order items go through them.
import { Group, NativeSelect, Radio, Stack } from '@mantine/core';
import type { RunSetupState, Setup } from '../../hooks/useRunSetup';
import { STAGES } from './stages';

const NUMBERS = Object.keys(STAGES).map(Number);

const choice = (stage: number) => ({
  value: String(stage),
  label: `${stage}. ${STAGES[stage]?.name}`,
});

export function StageChoice({ state: { setup, change } }: { state: RunSetupState }) {
  const { first, last, order } = setup;
  const begin = (stage: number) => change({ first: stage, last: Math.max(stage, last) });
  return (
    <Stack gap="sm">
      <Group gap="sm" grow>
        <NativeSelect
          label="First stage"
          description={first === 1 ? 'The keywords above' : `All ${STAGES[first]?.source}`}
          value={String(first)}
          onChange={(event) => begin(Number(event.currentTarget.value))}
          data={NUMBERS.map(choice)}
        />
        <NativeSelect
          label="Last stage"
          description={last === 7 ? 'Up to reviewed articles' : 'The run ends after it'}
          value={String(last)}
          onChange={(event) => change({ last: Number(event.currentTarget.value) })}
          data={NUMBERS.filter((stage) => stage >= first).map(choice)}
        />
      </Group>
      <Radio.Group
        label="Order"
        value={order}
        onChange={(value) => change({ order: value as Setup['order'] })}
      >
        <Stack gap="xs" mt={6}>
          <Radio
            value="stage_by_stage"
            label="Stage by stage"
            description="A stage begins when the one before it is complete. Good for a look at each result."
          />
          <Radio
            value="flow"
            label="Flow"
            description="Each item goes on as soon as it is done. The first articles are there sooner."
          />
        </Stack>
      </Radio.Group>
    </Stack>
  );
}
