// One row. It listens to itself in the store, so that a change redraws this row and no other.
import { type MouseEvent, memo, useEffect, useRef } from 'react';
import type { Rows, Table } from '../../api/tables';
import { useRow } from '../../hooks/useLive';
import type { Column } from './LiveTable';
import classes from './LiveTable.module.css';

interface RowProps<T extends Table> {
  table: T;
  id: string;
  index: number;
  top: number;
  columns: Column<Rows[T]>[];
  name: (row: Rows[T]) => string;
  selected: boolean;
  active: boolean;
  focused: boolean;
  toggle: (id: string, range: boolean) => void;
  activate: (index: number) => void;
  open: ((id: string) => void) | undefined;
}

function Row<T extends Table>(props: RowProps<T>) {
  const { id, index, selected } = props;
  const row = useRow(props.table, id);
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (props.focused) element.current?.focus({ preventScroll: true });
  }, [props.focused]);
  const choose = (event: MouseEvent) => {
    props.activate(index);
    props.toggle(id, event.shiftKey);
  };
  return (
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      tabIndex={props.active ? 0 : -1}
      className={classes.row}
      data-body
      data-id={id}
      data-status={row?.generation_status}
      style={{ transform: `translateY(${props.top}px)` }}
      onFocus={() => props.activate(index)}
      onDoubleClick={() => props.open?.(id)}
    >
      <div role="gridcell" className={classes.check}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={row ? `Select ${props.name(row)}` : 'Select'}
          checked={selected}
          onChange={() => undefined}
          onClick={choose}
        />
      </div>
      {props.columns.map((column) => (
        <div
          key={column.key}
          role="gridcell"
          className={classes.cell}
          data-numeric={column.numeric}
          data-phone={column.phone}
        >
          {row && column.cell(row)}
        </div>
      ))}
    </div>
  );
}

export const LiveTableRow = memo(Row, (before, after) =>
  (Object.keys(after) as (keyof RowProps<Table>)[]).every(
    (name) => before[name] === after[name] || name === 'activate' || name === 'open',
  ),
) as typeof Row;
