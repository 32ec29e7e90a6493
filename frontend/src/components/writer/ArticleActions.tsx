// What can be done with an article as it stands; the next step of its way comes last.
import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import type { Schemas } from '../../api/client';
import { deleteRows } from '../../api/tables';
import { type Article, reason, type Way } from '../../api/writer';
import { useStartRun } from '../../hooks/useStartRun';
import { dropRows } from '../../realtime/rowFetcher';
import { confirm } from '../common/confirm';
import { tell, warn } from '../common/notices';
import { ExportOne } from './ExportMenu';
import { useMoveArticle } from './useMoveArticle';

type Status = Schemas['ContentStatus'];

const WORDS: Record<Way, string> = {
  approve: 'Approve',
  publish: 'Publish',
  archive: 'Archive',
  draft: 'Back to draft',
};

/** The moves that the server takes from each status, the main one last. */
const MOVES: Record<Status, Way[]> = {
  draft: ['archive'],
  review: ['archive', 'draft', 'approve', 'publish'],
  published: ['archive', 'draft'],
  archived: ['draft'],
};

/** Moves that have a button of their own. */
const MAIN: ReadonlySet<Way> = new Set<Way>(['approve', 'publish']);

export function ArticleActions({ article }: { article: Article }) {
  const move = useMoveArticle(article);
  const { start, starting } = useStartRun();
  const ways = MOVES[article.status].filter((way) => way !== 'approve' || !article.approved_at);
  const main = ways.filter((way) => MAIN.has(way));
  const review = () => start({ function: 'final_review', selection: [article.id] });
  return (
    <>
      <More article={article} ways={ways.filter((way) => !MAIN.has(way))} go={move.mutate} />
      <ExportOne id={article.id} />
      {(article.status === 'draft' || article.status === 'review') && (
        <Button
          variant={article.status === 'draft' ? 'filled' : 'default'}
          onClick={review}
          loading={starting}
        >
          {article.report ? 'Review again' : 'Review'}
        </Button>
      )}
      {main.map((way) => (
        <Button
          key={way}
          variant={way === 'publish' && !article.approved_at ? 'default' : 'filled'}
          onClick={() => move.mutate(way)}
          loading={move.isPending && move.variables === way}
          disabled={move.isPending}
        >
          {WORDS[way]}
        </Button>
      ))}
    </>
  );
}

interface MoreProps {
  article: Article;
  ways: Way[];
  go: (way: Way) => void;
}

function More({ article, ways, go }: MoreProps) {
  const remove = useRemove(article);
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default">More</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ways.map((way) => (
          <Menu.Item key={way} onClick={() => go(way)}>
            {WORDS[way]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void remove()}>Delete the article</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Deletes the article after asking; the list of all follows. */
function useRemove({ id }: Article): () => Promise<void> {
  const navigate = useNavigate();
  const removing = useMutation({
    mutationFn: () => deleteRows('content', [id]),
    onSuccess: ({ skipped: [kept] }) => {
      if (kept) return warn({ message: kept.reason });
      void navigate('/content', { replace: true });
      dropRows('content', [id]);
      tell({ message: 'Article deleted' });
    },
    onError: (error) => warn({ message: reason(error) }),
  });
  return async () => {
    const agreed = await confirm({
      title: 'Delete this article?',
      text: 'Its images are deleted with it. Its task can be written again.',
      yes: 'Delete the article',
      danger: true,
    });
    if (agreed) removing.mutate();
  };
}
