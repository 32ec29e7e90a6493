// The article as readers will see it.
import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../../api/keys';
import { type Article, articleHtml } from '../../api/writer';
import { ErrorPanel } from '../common/ErrorPanel';
import { Prose } from './Prose';

export function ArticleText({ article }: { article: Article }) {
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.row('content', article.id), 'html'],
    queryFn: () => articleHtml(article.id),
  });
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton h={320} />;
  return (
    <>
      {article.excerpt && (
        <Text c="dimmed" maw="44rem" mb="md">
          {article.excerpt}
        </Text>
      )}
      <Prose html={data} label="Text of the article" />
    </>
  );
}
