// The fields of a keyword, for a new one and for one that is changed.
import { NativeSelect, NumberInput, SimpleGrid, TextInput } from '@mantine/core';
import type { Schemas } from '../../api/client';

export type KeywordValues = Pick<
  Schemas['NewKeyword'],
  'text' | 'country' | 'volume' | 'difficulty' | 'cpc' | 'intent'
>;

export const INTENTS = ['informational', 'commercial', 'transactional', 'navigational'] as const;

interface FieldsProps {
  value: KeywordValues;
  onChange: (part: Partial<KeywordValues>) => void;
}

const known = (value: number | string) => (typeof value === 'number' ? value : null);

export function KeywordFields({ value, onChange }: FieldsProps) {
  const intent = (chosen: string) => INTENTS.find((each) => each === chosen) ?? null;
  return (
    <>
      <TextInput
        label="Keyword"
        required
        data-autofocus
        maxLength={200}
        value={value.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberInput
          label="Searches a month"
          min={0}
          allowDecimal={false}
          thousandSeparator=","
          value={value.volume ?? ''}
          onChange={(volume) => onChange({ volume: known(volume) })}
        />
        <NumberInput
          label="Difficulty, 0 to 100"
          min={0}
          max={100}
          value={value.difficulty ?? ''}
          onChange={(difficulty) => onChange({ difficulty: known(difficulty) })}
        />
        <NumberInput
          label="Cost per click"
          min={0}
          decimalScale={2}
          value={value.cpc ?? ''}
          onChange={(cpc) => onChange({ cpc: known(cpc) })}
        />
        <NativeSelect
          label="Intent"
          value={value.intent ?? ''}
          onChange={(event) => onChange({ intent: intent(event.currentTarget.value) })}
          data={[{ value: '', label: 'Unknown' }, ...INTENTS]}
        />
        <TextInput
          label="Country"
          description="Empty for all countries"
          value={value.country}
          onChange={(event) => onChange({ country: event.currentTarget.value })}
        />
      </SimpleGrid>
    </>
  );
}
