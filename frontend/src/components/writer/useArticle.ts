// One article with its text, report and images, kept up to date by events.
import { useEffect } from 'react';
import { keys } from '../../api/keys';
import { queryClient } from '../../api/queryClient';
import { useDetail } from '../../hooks/useRowEdit';
import { onRun } from '../../realtime/live';
import { stores } from '../../realtime/stores';

/** The query of an article. Events reach it since its rows are put where events look for rows. */
export function useArticle(id: string) {
  const query = useDetail('content', id);
  const { data, dataUpdatedAt } = query;
  useEffect(() => {
    if (!data) return;
    const { body: _body, report: _report, images, ...row } = data;
    const asked = performance.now() - (Date.now() - dataUpdatedAt);
    stores.content.put([row], asked);
    stores.image.put(images, asked);
  }, [data, dataUpdatedAt]);
  useEffect(
    // The end of a run may have brought images, which are no row of this table.
    () =>
      onRun((event) => {
        if (event.status === 'running') return;
        void queryClient.invalidateQueries({ queryKey: keys.row('content', id) });
      }),
    [id],
  );
  return query;
}
