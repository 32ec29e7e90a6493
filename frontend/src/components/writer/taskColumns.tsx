// The columns of the table of writer tasks.
import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { Rows } from '../../api/tables';
import { label, number } from '../../words';
import type { Column } from '../common/LiveTable';
import { StatusBadge } from '../common/StatusBadge';
import { RowLink } from '../planner/openRow';

/** Whether a task has its article. */
export const STATUSES = { queued: 'To be written', completed: 'Written' };

export const COLUMNS: Column<Rows['task']>[] = [
  {
    key: 'title',
    title: 'Task',
    width: 'minmax(16rem, 3fr)',
    sort: 'title',
    phone: true,
    cell: (row) => <RowLink id={row.id}>{row.title}</RowLink>,
  },
  {
    key: 'primary_keyword',
    title: 'Keyword',
    width: 'minmax(9rem, 1fr)',
    cell: (row) => row.primary_keyword,
  },
  {
    key: 'content_type',
    title: 'Type',
    width: '7rem',
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
    key: 'article',
    title: 'Article',
    width: '8rem',
    cell: (row) =>
      row.content_id ? (
        <Anchor component={Link} size="sm" tabIndex={-1} to={`/content/${row.content_id}`}>
          Open article
        </Anchor>
      ) : (
        STATUSES[row.status]
      ),
  },
  {
    key: 'generation_status',
    title: 'Status',
    width: '8rem',
    phone: true,
    cell: (row) => <StatusBadge status={row.generation_status} />,
  },
];
