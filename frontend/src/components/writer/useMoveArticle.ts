// Moves an article on its editorial way, and says how that went.
import { useMutation } from '@tanstack/react-query';
import { keys } from '../../api/keys';
import { queryClient } from '../../api/queryClient';
import { type Article, moveArticle, reason, type Way } from '../../api/writer';
import { askFor } from '../../realtime/rowFetcher';
import { announce } from '../common/LiveRegion';
import { warn } from '../common/notices';

const DONE: Record<Way, string> = {
  approve: 'Article approved',
  publish: 'Article published',
  archive: 'Article archived',
  draft: 'Article is a draft again',
};

export function useMoveArticle(article: Article) {
  const queryKey = keys.row('content', article.id);
  return useMutation({
    mutationFn: (way: Way) => moveArticle(article.id, article.version, way),
    onSuccess: (moved, way) => {
      queryClient.setQueryData(queryKey, moved);
      askFor('content', [article.id]);
      announce(DONE[way]); // seen in the line below the title; a notice would cover the buttons
    },
    onError: (error) => {
      warn({ message: reason(error) });
      void queryClient.invalidateQueries({ queryKey });
    },
  });
}
