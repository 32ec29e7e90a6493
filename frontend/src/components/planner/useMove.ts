// Moves keywords between clusters and says what came of it.
import { useMutation } from '@tanstack/react-query';
import { keys } from '../../api/keys';
import { moveKeywords } from '../../api/planner';
import { queryClient } from '../../api/queryClient';
import { askFor, listsMayHaveGrown } from '../../realtime/rowFetcher';
import { number } from '../../words';
import { tell, warn } from '../common/notices';

interface Move {
  ids: string[];
  /** Null takes them out of their clusters. */
  cluster: string | null;
}

export function useMove(onMoved: () => void) {
  return useMutation({
    mutationFn: ({ ids, cluster }: Move) => moveKeywords(ids, cluster),
    onSuccess: (answer, { cluster }) => {
      if (cluster) askFor('cluster', [cluster]);
      listsMayHaveGrown('keyword');
      void queryClient.invalidateQueries({ queryKey: [...keys.rows('keyword'), 'choices'] });
      if (answer.moved > 0) tell({ message: `${counted(answer.moved)} moved` });
      const [first] = answer.skipped;
      if (first) warn({ message: `${counted(answer.skipped.length)} not moved. ${first.reason}` });
      onMoved();
    },
  });
}

function counted(count: number): string {
  return `${number(count)} ${count === 1 ? 'keyword' : 'keywords'}`;
}
