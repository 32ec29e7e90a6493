// The fields of a plan, be it an idea's or a task's: what the article is about, how long, and for
// which keywords.
import {
  NativeSelect,
  NumberInput,
  SimpleGrid,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { Schemas } from '../../api/client';
import type { Rows } from '../../api/tables';
import type { Changes } from '../../hooks/useRowEdit';
import { label } from '../../words';
import { OutlineEditor } from './OutlineEditor';

type ContentType = NonNullable<Schemas['EditIdea']['content_type']>;

const CONTENT_TYPES: ContentType[] = [
  'how-to',
  'guide',
  'list',
  'comparison',
  'review',
  'explainer',
  'faq',
];

/** What ideas and tasks say of the article that is to be written. */
export type Plan = Pick<
  Rows['idea'],
  | 'version'
  | 'title'
  | 'summary'
  | 'outline'
  | 'primary_keyword'
  | 'secondary_keywords'
  | 'content_type'
  | 'target_words'
  | 'language'
>;

interface FieldsProps {
  value: Plan;
  onChange: (part: Changes<'idea'>) => void;
}

export function IdeaFields({ value, onChange }: FieldsProps) {
  const type = (chosen: string) => onChange({ content_type: chosen as ContentType });
  return (
    <>
      <TextInput
        label="Title"
        required
        maxLength={300}
        value={value.title}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
      />
      <Textarea
        label="Summary"
        autosize
        minRows={2}
        value={value.summary}
        onChange={(event) => onChange({ summary: event.currentTarget.value })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label="Primary keyword"
          required
          maxLength={200}
          value={value.primary_keyword}
          onChange={(event) => onChange({ primary_keyword: event.currentTarget.value })}
        />
        <NativeSelect
          label="Content type"
          value={value.content_type}
          onChange={(event) => type(event.currentTarget.value)}
          data={CONTENT_TYPES.map((each) => ({ value: each, label: label(each) }))}
        />
        <NumberInput
          label="Target words"
          required
          min={200}
          max={5000}
          step={100}
          allowDecimal={false}
          thousandSeparator=","
          value={value.target_words}
          onChange={(words) => typeof words === 'number' && onChange({ target_words: words })}
        />
        <TextInput
          label="Language"
          required
          maxLength={20}
          value={value.language}
          onChange={(event) => onChange({ language: event.currentTarget.value })}
        />
      </SimpleGrid>
      <TagsInput
        label="Secondary keywords"
        description="At most 10; Enter adds one"
        maxTags={10}
        value={value.secondary_keywords}
        onChange={(secondary_keywords) => onChange({ secondary_keywords })}
      />
      <OutlineEditor
        key={value.version}
        initial={value.outline}
        onChange={(outline) => onChange({ outline })}
      />
    </>
  );
}
