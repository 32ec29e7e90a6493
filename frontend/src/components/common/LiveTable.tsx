// Any of the six tables: only the rows in sight are in the page, each listens to itself alone.
//
// Keys: arrows move, space chooses, shift makes it a range, Enter opens, Ctrl+A chooses all that
// match, Escape lets go.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react';
import type { Rows, Table } from '../../api/tables';
import type { RowList } from '../../hooks/useRowList';
import type { Selection } from '../../hooks/useSelection';
import { useTableKeys } from '../../hooks/useTableKeys';
import { ErrorPanel } from './ErrorPanel';
import classes from './LiveTable.module.css';
import { LiveTableHead } from './LiveTableHead';
import { LiveTableRow } from './LiveTableRow';
import { MovedRows } from './MovedRows';

export interface Column<Row> {
  key: string;
  title: string;
  /** A track of the grid, as in `minmax(12rem, 2fr)`. */
  width: string;
  /** The API's name of this order, where there is one. */
  sort?: string;
  numeric?: boolean;
  /** Shown on phones, too. */
  phone?: boolean;
  cell: (row: Row) => ReactNode;
}

export interface LiveTableProps<T extends Table> {
  list: RowList<T>;
  /** Must stay the same object from one drawing to the next: define it outside the component. */
  columns: Column<Rows[T]>[];
  selection: Selection;
  /** What is in it, for those who hear it: "Keywords". */
  label: string;
  /** What a row is called aloud. */
  name: (row: Rows[T]) => string;
  /** Shown instead of rows where there are none. */
  empty: ReactNode;
  onOpen?: (id: string) => void;
}

/** The first column takes what the short ones beside it leave. */
function phoneTracks(columns: { phone?: boolean }[]): string {
  const shown = columns.filter((column) => column.phone).length;
  return ['minmax(0, 1fr)', ...Array(Math.max(0, shown - 1)).fill('7.5rem')].join(' ');
}

const ROW_HEIGHT = 40;
const NEAR_THE_END = 40;

export function LiveTable<T extends Table>(props: LiveTableProps<T>) {
  const { list, columns, selection } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: list.ids.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => list.ids[index] ?? index,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { more, loadMore } = list;
  useEffect(() => {
    if (more && last > list.ids.length - NEAR_THE_END) loadMore();
  }, [more, loadMore, last, list.ids.length]);
  const keyboard = useTableKeys(list.ids, selection, props.onOpen, (index) =>
    virtual.scrollToIndex(index),
  );
  if (list.error && list.ids.length === 0) {
    return <ErrorPanel error={list.error} onRetry={list.reload} />;
  }
  const tracks = {
    '--tracks': columns.map((column) => column.width).join(' '),
    '--phone-tracks': phoneTracks(columns),
  } as CSSProperties;
  return (
    <>
      <MovedRows list={list} />
      <div className={classes.box} ref={box} style={tracks}>
        <div
          role="grid"
          aria-label={props.label}
          aria-multiselectable
          aria-busy={list.loading}
          aria-rowcount={list.more ? -1 : list.ids.length + 1}
          onKeyDown={keyboard.onKeyDown}
        >
          <LiveTableHead list={list} columns={columns} selection={selection} />
          <div role="rowgroup" className={classes.rows} style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => (
              <LiveTableRow
                key={item.key}
                table={list.table}
                id={list.ids[item.index] ?? ''}
                index={item.index}
                top={item.start}
                columns={columns}
                name={props.name}
                selected={selection.ids.has(list.ids[item.index] ?? '')}
                active={keyboard.active === item.index}
                focused={keyboard.focused === item.index}
                toggle={selection.toggle}
                activate={keyboard.activate}
                open={props.onOpen}
              />
            ))}
          </div>
        </div>
        {!list.loading && list.ids.length === 0 && props.empty}
      </div>
    </>
  );
}
