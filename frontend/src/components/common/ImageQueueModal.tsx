// The images of a run, each with its own state, its picture as it arrives, or why it failed.
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, ask, type Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { fetchRows, MOST_IDS } from '../../api/tables';
import { useRow } from '../../hooks/useLive';
import type { Progress } from '../../realtime/live';
import { stores } from '../../realtime/stores';
import classes from './ImageQueueModal.module.css';
import { StatusBadge } from './StatusBadge';

const IMAGES = 6;
const MOST = 1000;

interface Entry {
  id: string;
  title: string;
  position: number;
  error: string | null;
}

/** The run's images in their order. Read again when their number or that of the failed changes. */
function useImages(progress: Progress) {
  const { run_id, items_total, items_failed } = progress;
  return useQuery({
    queryKey: [...keys.queues(run_id), IMAGES, items_total, items_failed],
    placeholderData: (before) => before,
    queryFn: async () => {
      const params = { path: { run_id, stage: IMAGES }, query: { limit: MOST } };
      return entries(await ask(api.GET('/api/v1/runs/{run_id}/stages/{stage}/queues', { params })));
    },
  });
}

function entries(queues: Schemas['StageQueues']): Entry[] {
  const { pending, processing, completed, failed, cancelled } = queues;
  const plain = [...pending, ...processing, ...completed, ...cancelled];
  return [
    ...plain.map(({ id, title, position }) => ({ id, title, position, error: null })),
    ...failed.map(({ item: { id, title, position }, error }) => ({
      id,
      title,
      position,
      error: error?.user_message ?? null,
    })),
  ].sort((a, b) => a.position - b.position);
}

export function ImageQueue({ progress }: { progress: Progress }) {
  const { data = [] } = useImages(progress);
  useEffect(() => {
    const unknown = data.map((each) => each.id).filter((id) => !stores.image.has(id));
    for (let start = 0; start < unknown.length; start += MOST_IDS) {
      const asked = performance.now();
      fetchRows('image', unknown.slice(start, start + MOST_IDS)).then(
        (rows) => stores.image.put(rows, asked),
        () => undefined, // shown by their titles; the next change brings them
      );
    }
  }, [data]);
  return (
    <ul className={classes.queue} aria-label="Images of this run">
      {data.map((each) => (
        <Picture key={each.id} entry={each} />
      ))}
    </ul>
  );
}

function Picture({ entry }: { entry: Entry }) {
  const row = useRow('image', entry.id);
  const status = row?.generation_status ?? 'queued';
  return (
    <li className={classes.image} data-id={entry.id} data-status={status}>
      <div className={classes.frame}>
        {row?.drawn && status === 'completed' && (
          <img src={thumbnail(row)} alt={row.alt} width={96} height={96} loading="lazy" />
        )}
      </div>
      <div className={classes.words}>
        <Text size="sm" lineClamp={2}>
          {row?.prompt ?? entry.title}
        </Text>
        <StatusBadge status={status} />
        {entry.error && status === 'failed' && <Text size="sm">{entry.error}</Text>}
      </div>
    </li>
  );
}

/** The address of a small copy; another drawing has another one. */
export function thumbnail(row: Pick<Schemas['ImageRow'], 'id' | 'digest'>, width = 256): string {
  return `/api/v1/images/${row.id}/file?width=${width}&v=${row.digest ?? ''}`;
}
