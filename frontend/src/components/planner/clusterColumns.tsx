// The columns of the table of clusters.
import type { Rows } from '../../api/tables';
import { number } from '../../words';
import type { Column } from '../common/LiveTable';
import { StatusBadge } from '../common/StatusBadge';
import { RowLink } from './openRow';

export const COLUMNS: Column<Rows['cluster']>[] = [
  {
    key: 'name',
    title: 'Cluster',
    width: 'minmax(14rem, 3fr)',
    sort: 'name',
    phone: true,
    cell: (row) => <RowLink id={row.id}>{row.name}</RowLink>,
  },
  {
    key: 'intent',
    title: 'Intent',
    width: '9rem',
    sort: 'intent',
    cell: (row) => row.intent,
  },
  {
    key: 'keyword_count',
    title: 'Keywords',
    width: '7rem',
    sort: 'keyword_count',
    numeric: true,
    cell: (row) => number(row.keyword_count),
  },
  {
    key: 'idea_count',
    title: 'Ideas',
    width: '6rem',
    sort: 'idea_count',
    numeric: true,
    cell: (row) => number(row.idea_count),
  },
  {
    key: 'locked',
    title: 'Locked',
    width: '6rem',
    cell: (row) => (row.locked ? 'Locked' : ''),
  },
  {
    key: 'generation_status',
    title: 'Status',
    width: '9rem',
    phone: true,
    cell: (row) => <StatusBadge status={row.generation_status} />,
  },
];
