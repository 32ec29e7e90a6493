// Changes an article: its fields with what search engines show of them, and its Markdown beside
// what becomes of it.
import { Alert, SimpleGrid, Textarea, TextInput } from '@mantine/core';
import type { Schemas } from '../../api/client';
import type { Draft } from '../../hooks/useDraft';
import { DraftForm } from '../planner/DraftForm';
import classes from './ArticleEditor.module.css';
import { MarkdownPreview } from './MarkdownPreview';

interface EditorProps {
  form: Draft<'content'>;
  status: Schemas['ContentStatus'];
  onCancel: () => void;
}

type Field = 'title' | 'slug' | 'meta_title' | 'meta_description' | 'excerpt' | 'body';

/** Lengths that show whole in search results: what is best for each. */
const BEST: Partial<Record<Field, [number, number]>> = {
  meta_title: [15, 65],
  meta_description: [121, 156],
};

const MOST_BODY = 100_000;

export function ArticleEditor({ form, status, onCancel }: EditorProps) {
  if (status === 'published' || status === 'archived') {
    return (
      <Alert variant="outline" title={`This article is ${status}`}>
        Only drafts and articles in review can be changed. Choose “Back to draft” under “More”.
      </Alert>
    );
  }
  const cancel = () => {
    form.discard();
    onCancel();
  };
  return (
    <DraftForm form={form} onCancel={cancel}>
      {form.draft && <Fields value={form.draft} onChange={form.change} />}
    </DraftForm>
  );
}

interface FieldsProps {
  value: Record<Field, string>;
  onChange: (part: Partial<Record<Field, string>>) => void;
}

function Fields({ value, onChange }: FieldsProps) {
  const field = (name: Field, label: string, most: number) => ({
    label,
    maxLength: most,
    description: hint(name, value[name]),
    value: value[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [name]: event.currentTarget.value }),
  });
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput required {...field('title', 'Title', 300)} />
        <TextInput
          required
          pattern="[a-z0-9]+(-[a-z0-9]+)*"
          title="Small letters, digits and single hyphens between them"
          {...field('slug', 'Slug', 60)}
        />
        <TextInput required {...field('meta_title', 'Meta title', 200)} />
        <Textarea required autosize {...field('meta_description', 'Meta description', 300)} />
      </SimpleGrid>
      <Textarea autosize minRows={2} {...field('excerpt', 'Excerpt', 2000)} />
      <div className={classes.sides}>
        <Textarea
          classNames={{ input: classes.source ?? '' }}
          spellCheck
          {...field('body', 'Text in Markdown', MOST_BODY)}
        />
        <MarkdownPreview body={value.body} />
      </div>
    </>
  );
}

function hint(name: Field, text: string): string | undefined {
  const best = BEST[name];
  if (!best) return undefined;
  return `${text.trim().length} characters; best are ${best[0]} to ${best[1]}`;
}
