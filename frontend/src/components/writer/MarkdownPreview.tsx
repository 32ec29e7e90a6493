// What becomes of the Markdown, a moment after each change. The server makes it safe to show.
import { Input, Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { previewHtml } from '../../api/writer';
import { ErrorPanel } from '../common/ErrorPanel';
import classes from './ArticleEditor.module.css';
import { Prose } from './Prose';

const PATIENCE = 300;

export function MarkdownPreview({ body }: { body: string }) {
  const [asked] = useDebouncedValue(body, PATIENCE);
  const { data, error, refetch } = useQuery<string>({
    queryKey: ['preview', asked],
    gcTime: 0,
    placeholderData: (before) => before,
    queryFn: ({ signal }) => previewHtml(asked, signal),
  });
  return (
    <Input.Wrapper label="Preview" labelElement="div">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={classes.preview} tabIndex={0} aria-label="Preview">
        {error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {!error && data === undefined && <Skeleton h={200} />}
        {!error && data !== undefined && <Prose html={data} label="Preview of the text" />}
      </section>
    </Input.Wrapper>
  );
}
