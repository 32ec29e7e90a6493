// Which keywords go in: all new ones, those that match, or those chosen on the Keywords page.
import { Anchor, Group, NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { Link } from 'react-router';
import { chosenKeywords } from '../../hooks/chosenKeywords';
import type { RunSetupState, Setup } from '../../hooks/useRunSetup';
import { label, number } from '../../words';
import { ErrorLine } from '../common/ErrorPanel';

const INTENTS = ['informational', 'commercial', 'transactional', 'navigational'];

export function KeywordChoice({ state }: { state: RunSetupState }) {
  const { setup, change } = state;
  const chosen = chosenKeywords().length;
  return (
    <Radio.Group
      label="Keywords"
      value={setup.source}
      onChange={(source) => change({ source: source as Setup['source'] })}
    >
      <Stack gap="xs" mt={6}>
        <Radio
          value="all_new"
          label="All new keywords"
          description="Every keyword that is not in a cluster yet."
        />
        <Radio
          value="filter"
          label="New keywords that match"
          description="Narrow the new keywords down by text and intent."
        />
        {setup.source === 'filter' && <Filter state={state} />}
        <Radio
          value="chosen"
          disabled={chosen === 0}
          label={`Chosen on the Keywords page (${number(chosen)})`}
          description={
            <>
              Select keywords on the{' '}
              <Anchor component={Link} to="/keywords" size="xs" underline="always">
                Keywords page
              </Anchor>{' '}
              and choose “Automate”.
            </>
          }
        />
      </Stack>
    </Radio.Group>
  );
}

function Filter({ state: { setup, change, matching } }: { state: RunSetupState }) {
  const { filters } = setup;
  return (
    <Stack gap={4} ml={32}>
      <Group gap="xs">
        <TextInput
          type="search"
          aria-label="Text in the keyword"
          placeholder="Text in the keyword"
          value={filters.q}
          onChange={({ currentTarget: { value } }) => change({ filters: { ...filters, q: value } })}
        />
        <NativeSelect
          aria-label="Intent"
          value={filters.intent}
          onChange={({ currentTarget: { value } }) =>
            change({ filters: { ...filters, intent: value } })
          }
          data={[
            { value: '', label: 'Intent: all' },
            ...INTENTS.map((value) => ({ value, label: label(value) })),
          ]}
        />
      </Group>
      {matching.error && (
        <ErrorLine error={matching.error} onRetry={() => void matching.refetch()} />
      )}
      {matching.data && (
        <Text size="sm" c="dimmed" role="status">
          {number(matching.data.total)} new{' '}
          {matching.data.total === 1 ? 'keyword matches' : 'keywords match'}.
        </Text>
      )}
    </Stack>
  );
}
