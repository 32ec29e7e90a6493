// The columns of the table of keywords.
import type { Rows } from '../../api/tables';
import { number } from '../../words';
import type { Column } from '../common/LiveTable';
import { StatusBadge } from '../common/StatusBadge';
import { RowLink } from './openRow';

const figure = (value: number | null) => (value === null ? '' : number(value));

export const COLUMNS: Column<Rows['keyword']>[] = [
  {
    key: 'text',
    title: 'Keyword',
    width: 'minmax(14rem, 3fr)',
    sort: 'text',
    phone: true,
    cell: (row) => <RowLink id={row.id}>{row.text}</RowLink>,
  },
  {
    key: 'volume',
    title: 'Volume',
    width: '6.5rem',
    sort: 'volume',
    numeric: true,
    cell: (row) => figure(row.volume),
  },
  {
    key: 'difficulty',
    title: 'Difficulty',
    width: '6.5rem',
    sort: 'difficulty',
    numeric: true,
    cell: (row) => figure(row.difficulty),
  },
  {
    key: 'intent',
    title: 'Intent',
    width: '8rem',
    sort: 'intent',
    cell: (row) => row.intent,
  },
  {
    key: 'cluster',
    title: 'Cluster',
    width: 'minmax(10rem, 2fr)',
    cell: (row) => row.cluster_name,
  },
  {
    key: 'generation_status',
    title: 'Status',
    width: '9rem',
    phone: true,
    cell: (row) => <StatusBadge status={row.generation_status} />,
  },
];
