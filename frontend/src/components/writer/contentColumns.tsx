// The columns of the table of articles.
import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client';
import type { Rows } from '../../api/tables';
import { number } from '../../words';
import type { Column } from '../common/LiveTable';
import { StatusBadge } from '../common/StatusBadge';

export const STATUSES: Record<Schemas['ContentStatus'], string> = {
  draft: 'Draft',
  review: 'In review',
  published: 'Published',
  archived: 'Archived',
};

export const RESULTS: Record<Schemas['ReviewSummary']['result'], string> = {
  ready: 'Ready',
  needs_attention: 'Needs attention',
};

/** What the final review found, in a few words. */
export function verdict(review: Schemas['ReviewSummary'] | null): string {
  if (!review) return 'Not reviewed';
  return RESULTS[review.result] + (review.outdated ? ', outdated' : '');
}

export const COLUMNS: Column<Rows['content']>[] = [
  {
    key: 'title',
    title: 'Article',
    width: 'minmax(16rem, 3fr)',
    sort: 'title',
    phone: true,
    cell: (row) => (
      <Anchor
        component={Link}
        to={`/content/${row.id}`}
        tabIndex={-1}
        c="inherit"
        size="sm"
        fw={500}
      >
        {row.title}
      </Anchor>
    ),
  },
  {
    key: 'word_count',
    title: 'Words',
    width: '5rem',
    sort: 'word_count',
    numeric: true,
    cell: (row) => number(row.word_count),
  },
  {
    key: 'images',
    title: 'Images ready',
    width: '7.5rem',
    numeric: true,
    cell: ({ image_counts: { drawn, total } }) => (total === 0 ? 'None' : `${drawn} of ${total}`),
  },
  {
    key: 'review',
    title: 'Review',
    width: '9rem',
    cell: (row) => verdict(row.review),
  },
  {
    key: 'status',
    title: 'Stands as',
    width: '7rem',
    cell: (row) => (row.status === 'review' && row.approved_at ? 'Approved' : STATUSES[row.status]),
  },
  {
    key: 'generation_status',
    title: 'Status',
    width: '8rem',
    phone: true,
    cell: (row) => <StatusBadge status={row.generation_status} />,
  },
];
