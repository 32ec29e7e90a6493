// The rows of all tables that this tab has seen.
import type { Rows, Table } from '../api/tables';
import { RowStore } from './rowStore';

export const stores: { [T in Table]: RowStore<Rows[T]> } = {
  keyword: new RowStore(),
  cluster: new RowStore(),
  idea: new RowStore(),
  task: new RowStore(),
  content: new RowStore(),
  image: new RowStore(),
};

/** The store of a table whose type is only known at run time. */
export function storeOf<T extends Table>(table: T): RowStore<Rows[T]> {
  return stores[table] as unknown as RowStore<Rows[T]>;
}
