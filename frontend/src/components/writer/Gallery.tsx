// Images side by side. Each listens to itself alone, and the browser draws only those in sight.
import { Text } from '@mantine/core';
import { memo } from 'react';
import { useRow } from '../../hooks/useLive';
import type { Selection } from '../../hooks/useSelection';
import { label } from '../../words';
import { thumbnail } from '../common/ImageQueueModal';
import { StatusBadge } from '../common/StatusBadge';
import classes from './Gallery.module.css';

interface GalleryProps {
  label: string;
  ids: string[];
  open: (id: string) => void;
  /** Without it images cannot be chosen, and all are of one article. */
  selection?: Selection;
}

export function Gallery({ label: name, ids, open, selection }: GalleryProps) {
  return (
    <ul className={classes.gallery} aria-label={name}>
      {ids.map((id) => (
        <Card
          key={id}
          id={id}
          open={open}
          selected={selection?.ids.has(id) ?? false}
          toggle={selection?.toggle}
        />
      ))}
    </ul>
  );
}

interface CardProps {
  id: string;
  open: (id: string) => void;
  selected: boolean;
  toggle: Selection['toggle'] | undefined;
}

const WIDTH = 480;

const Card = memo(function Card({ id, open, selected, toggle }: CardProps) {
  const row = useRow('image', id);
  if (!row) return null;
  const what = row.kind === 'featured' ? 'Featured image' : row.section || label(row.kind);
  return (
    <li className={classes.card} data-id={id} data-status={row.generation_status}>
      {toggle && (
        <input
          type="checkbox"
          className={classes.check}
          aria-label={`Select the image “${row.alt}”`}
          checked={selected}
          onChange={() => undefined}
          onClick={(event) => toggle(id, event.shiftKey)}
        />
      )}
      <button type="button" className={classes.open} onClick={() => open(id)}>
        <span className={classes.frame}>
          {row.drawn ? (
            <img src={thumbnail(row, WIDTH)} alt={row.alt} loading="lazy" decoding="async" />
          ) : (
            <span>Not generated yet</span>
          )}
        </span>
        <span className={classes.words}>
          <Text component="span" size="sm" fw={600} truncate>
            {what}
          </Text>
          {toggle && (
            <Text component="span" size="xs" c="dimmed" truncate>
              {row.content_title}
            </Text>
          )}
          <Text component="span" size="sm" lineClamp={3}>
            {row.prompt}
          </Text>
          <StatusBadge status={row.generation_status} />
        </span>
      </button>
    </li>
  );
});
