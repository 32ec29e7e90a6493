// What importing a file would do: how it is read, which column means what, samples and rejects.
import { Checkbox, Group, NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Choice } from '../../api/planner';
import { label, number } from '../../words';
import { ImportSample } from './ImportSample';
import { Rejects } from './Rejects';
import type { Preview } from './useImport';

const COLUMNS = ['keyword', 'volume', 'difficulty', 'cpc', 'intent', 'country'] as const;
const DELIMITERS: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab' };

interface PreviewProps {
  preview: Preview;
  onChoose: (choice: Choice) => void;
}

export function ImportPreview({ preview, onChoose }: PreviewProps) {
  const { counts, mapping, delimiter } = preview;
  return (
    <Stack gap="sm">
      <Text size="sm" data-testid="read-as">
        {preview.tool ? `Export of ${preview.tool}` : 'Tool not recognised'} · {preview.encoding}
        {delimiter && ` · columns split by ${DELIMITERS[delimiter] ?? delimiter}`}
      </Text>
      <ColumnChoices preview={preview} onChoose={onChoose} />
      {mapping.keyword === undefined ? (
        <Text size="sm" role="alert" fw={600}>
          Choose the column that holds the keywords.
        </Text>
      ) : (
        <Group gap="4px 20px" data-testid="counts">
          <Count name="new" value={counts.new} />
          <Count name="already there" value={counts.known} />
          <Count name="double in the file" value={counts.duplicates} />
          <Count name="rejected" value={counts.rejected} />
          <Count name="cells not understood" value={counts.unread} />
        </Group>
      )}
      <ImportSample preview={preview} />
      <Rejects rejected={preview.rejected} unread={preview.unread} counts={counts} />
    </Stack>
  );
}

export function Count({ name, value }: { name: string; value: number }) {
  return (
    <Text size="sm" c={value === 0 ? 'dimmed' : undefined}>
      <strong>{number(value)}</strong> {name}
    </Text>
  );
}

function ColumnChoices({ preview, onChoose }: PreviewProps) {
  const { header, header_line, mapping, cells } = preview;
  const width = Math.max(header.length, ...cells.map((row) => row.length));
  const names = Array.from({ length: width }, (_, index) => ({
    value: String(index),
    label: header[index]?.trim() || `Column ${index + 1}`,
  }));
  const choose = (column: string, index: string) => {
    const next = { ...mapping };
    if (index === '') delete next[column];
    else next[column] = Number(index);
    onChoose({ mapping: next, headerLine: header_line });
  };
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }} aria-label="Columns">
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="xs">
        {COLUMNS.map((column) => (
          <NativeSelect
            key={column}
            size="xs"
            label={column === 'cpc' ? 'CPC' : label(column)}
            required={column === 'keyword'}
            value={mapping[column] === undefined ? '' : String(mapping[column])}
            onChange={(event) => choose(column, event.currentTarget.value)}
            data={[{ value: '', label: 'not in the file' }, ...names]}
          />
        ))}
      </SimpleGrid>
      <Checkbox
        mt="xs"
        size="xs"
        label="The columns have names; take them out of the list"
        checked={header_line > 0}
        onChange={(event) => onChoose({ mapping, headerLine: event.currentTarget.checked ? 1 : 0 })}
      />
    </fieldset>
  );
}
