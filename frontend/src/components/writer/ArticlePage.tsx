// One article: to read, to change, what the review found, and its images.
import { Anchor, Group, Skeleton, Tabs, Text } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import type { Article } from '../../api/writer';
import { useDraft } from '../../hooks/useDraft';
import { useRow } from '../../hooks/useLive';
import { moment, number } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { announce } from '../common/LiveRegion';
import { StatusBadge } from '../common/StatusBadge';
import { Page } from '../layout/Page';
import { ArticleActions } from './ArticleActions';
import { ArticleEditor } from './ArticleEditor';
import { ArticleImages } from './ArticleImages';
import { ArticleText } from './ArticleText';
import { STATUSES, verdict } from './contentColumns';
import { ReviewReport } from './ReviewReport';
import { useArticle } from './useArticle';

const FIRST = 'read';

export function ArticlePage({ id }: { id: string }) {
  const { data, error, refetch } = useArticle(id);
  if (data) return <Shown article={data} />;
  return (
    <Page title="Article">
      {error ? <ErrorPanel error={error} onRetry={() => void refetch()} /> : <Skeleton h={320} />}
    </Page>
  );
}

function Shown({ article }: { article: Article }) {
  const [params, setParams] = useSearchParams();
  const tab = params.get('tab') ?? FIRST;
  const show = (to: string | null) => setParams(to && to !== FIRST ? { tab: to } : {});
  const form = useDraft('content', article.id, () => {
    announce('Article saved'); // a notice would cover the buttons of the next step
    show(FIRST);
  });
  return (
    <Page title={article.title} actions={<ArticleActions article={article} />}>
      <Facts article={article} />
      <Tabs value={tab} onChange={show} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value={FIRST}>Read</Tabs.Tab>
          <Tabs.Tab value="edit">Edit{form.changed && ' (not saved)'}</Tabs.Tab>
          <Tabs.Tab value="review">Review</Tabs.Tab>
          <Tabs.Tab value="images">Images ({article.images.length})</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={FIRST}>
          <ArticleText article={article} />
        </Tabs.Panel>
        <Tabs.Panel value="edit">
          <ArticleEditor form={form} status={article.status} onCancel={() => show(FIRST)} />
        </Tabs.Panel>
        <Tabs.Panel value="review">
          <ReviewReport article={article} onShow={show} />
        </Tabs.Panel>
        <Tabs.Panel value="images">
          <ArticleImages article={article} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** How the article stands, in a line. */
function Facts({ article }: { article: Article }) {
  const row = useRow('content', article.id);
  const { task, approved_at, approved_by } = article;
  return (
    <Group gap="xs" fz="sm" data-testid="facts">
      <StatusBadge status={row?.generation_status ?? article.generation_status} />
      <Text size="sm">
        <strong>{STATUSES[article.status]}</strong> · {verdict(article.review)} ·{' '}
        {number(article.word_count)} of {number(task.target_words)} words
        {article.demo && ' · demo content'}
        {approved_at && ` · approved by ${approved_by ?? 'a person'}, ${moment(approved_at)}`}
      </Text>
      <Anchor component={Link} size="sm" to={`/tasks?id=${task.id}`}>
        Its plan
      </Anchor>
    </Group>
  );
}
