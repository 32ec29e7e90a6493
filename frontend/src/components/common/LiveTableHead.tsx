// The head of a table: one button for each order, and the choice of all rows that match.
import type { Rows, Table } from '../../api/tables';
import type { LiveTableProps } from './LiveTable';
import classes from './LiveTable.module.css';

type HeadProps<T extends Table> = Pick<LiveTableProps<T>, 'list' | 'columns' | 'selection'>;

export function LiveTableHead<T extends Table>({ list, columns, selection }: HeadProps<T>) {
  const all = list.ids.length > 0 && list.ids.every((id) => selection.ids.has(id));
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" aria-rowindex={1} className={classes.row}>
        <div role="columnheader" className={classes.check}>
          <input
            type="checkbox"
            aria-label="Select all rows that match"
            checked={all}
            ref={(box) => {
              if (box) box.indeterminate = !all && selection.ids.size > 0;
            }}
            onChange={() => (all ? selection.clear() : selection.selectAll())}
          />
        </div>
        {columns.map((column) => (
          <div
            key={column.key}
            role="columnheader"
            aria-sort={orderOf(list.sort, column.sort)}
            className={classes.cell}
            data-numeric={column.numeric}
            data-phone={column.phone}
          >
            <Heading list={list} column={column} />
          </div>
        ))}
      </div>
    </div>
  );
}

interface HeadingProps<T extends Table> {
  list: LiveTableProps<T>['list'];
  column: { title: string; sort?: string };
}

function Heading<T extends keyof Rows>({ list, column }: HeadingProps<T>) {
  const { sort, title } = column;
  if (!sort) return <>{title}</>;
  const order = orderOf(list.sort, sort);
  const next = order === 'ascending' ? `-${sort}` : sort;
  return (
    <button type="button" className={classes.sort} onClick={() => list.setSort(next)}>
      {title}
      <span aria-hidden>{{ ascending: ' ↑', descending: ' ↓', none: '' }[order]}</span>
    </button>
  );
}

function orderOf(sort: string, name: string | undefined): 'ascending' | 'descending' | 'none' {
  if (name && sort === name) return 'ascending';
  return name && sort === `-${name}` ? 'descending' : 'none';
}
