// The columns of the table of ideas.
import type { Rows } from '../../api/tables';
import { label, number } from '../../words';
import type { Column } from '../common/LiveTable';
import { StatusBadge } from '../common/StatusBadge';
import { RowLink } from './openRow';

/** Where an idea stands on its way to an article. */
export const STATUSES = { new: 'Idea', queued: 'Sent to writer', completed: 'Written' };

export const COLUMNS: Column<Rows['idea']>[] = [
  {
    key: 'title',
    title: 'Idea',
    width: 'minmax(16rem, 3fr)',
    sort: 'title',
    phone: true,
    cell: (row) => <RowLink id={row.id}>{row.title}</RowLink>,
  },
  {
    key: 'primary_keyword',
    title: 'Keyword',
    width: 'minmax(9rem, 1fr)',
    sort: 'primary_keyword',
    cell: (row) => row.primary_keyword,
  },
  {
    key: 'cluster',
    title: 'Cluster',
    width: 'minmax(8rem, 1fr)',
    cell: (row) => row.cluster_name,
  },
  {
    key: 'content_type',
    title: 'Type',
    width: '7rem',
    sort: 'content_type',
    cell: (row) => label(row.content_type),
  },
  {
    key: 'target_words',
    title: 'Words',
    width: '5rem',
    sort: 'target_words',
    numeric: true,
    cell: (row) => number(row.target_words),
  },
  {
    key: 'status',
    title: 'Plan',
    width: '8rem',
    sort: 'status',
    cell: (row) => STATUSES[row.status],
  },
  {
    key: 'generation_status',
    title: 'Status',
    width: '8rem',
    phone: true,
    cell: (row) => <StatusBadge status={row.generation_status} />,
  },
];
