// Fetches the rows that events name: together, a few times a second, none twice at once.
import { keys } from '../api/keys';
import { outdate, queryClient } from '../api/queryClient';
import { fetchRows, MOST_IDS, type RowPage, type Rows, type Table } from '../api/tables';
import { storeOf, stores } from './stores';

const GATHER = 150;
const GATHER_GROWTH = 1000;
const AFTER_FAILURE = 3000;

type Timer = ReturnType<typeof setTimeout>;
const wanted = new Map<Table, Set<string>>();
const timers = new Map<string, Timer>();

function soon(name: string, wait: number, task: () => void): void {
  if (timers.has(name)) return;
  const timer = setTimeout(() => {
    timers.delete(name);
    task();
  }, wait);
  timers.set(name, timer);
}

/** These rows have changed: they are fetched soon, and put into their store. */
export function askFor(table: Table, ids: string[]): void {
  if (ids.length === 0) return;
  const all = wanted.get(table) ?? new Set();
  for (const id of ids) all.add(id);
  wanted.set(table, all);
  soon(`rows ${table}`, GATHER, () => void fetchWanted(table));
}

async function fetchWanted<T extends Table>(table: T): Promise<void> {
  const ids = [...(wanted.get(table) ?? [])].slice(0, MOST_IDS);
  for (const id of ids) wanted.get(table)?.delete(id);
  const asked = performance.now();
  try {
    const rows: Rows[T][] = await fetchRows(table, ids);
    storeOf(table).put(rows, asked);
    const found = new Set(rows.map((row) => row.id));
    dropRows(
      table,
      ids.filter((id) => !found.has(id)),
    );
    for (const id of ids) outdate(keys.row(table, id));
  } catch {
    // The line is down: what it brings when it is back may be later than these rows.
    soon(`again ${table}`, AFTER_FAILURE, () => askFor(table, ids));
    return;
  }
  askFor(table, [...(wanted.get(table) ?? [])]);
}

/** Rows are gone: out of their store and out of all lists. */
export function dropRows(table: Table, ids: string[]): void {
  if (ids.length === 0) return;
  const gone = new Set(ids);
  for (const id of ids) stores[table].delete(id);
  queryClient.setQueriesData<ListData>(
    { queryKey: [...keys.rows(table), 'list'] },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          ids: page.ids.filter((id) => !gone.has(id)),
        })),
      },
  );
  countMatchingAnew(table);
}

/** There are rows that no list here has yet. */
export function listsMayHaveGrown(table: Table): void {
  soon(`growth ${table}`, GATHER_GROWTH, () => {
    outdate([...keys.rows(table), 'list']);
  });
  countMatchingAnew(table);
}

/** How many rows match, where that is shown, is another number now. */
function countMatchingAnew(table: Table): void {
  soon(`matching ${table}`, GATHER_GROWTH, () => {
    outdate([...keys.rows(table), 'matching']);
  });
}

/** Drops what was to be fetched. */
export function forgetAsked(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  wanted.clear();
}

/** A list as the cache holds it: ids only, the rows are in the store. */
export interface ListPage {
  ids: string[];
  /** What the rows were sorted by, as it was read. */
  values: Record<string, unknown>;
  next: string | null;
}

export interface ListData {
  pages: ListPage[];
  pageParams: (string | null)[];
}

/** Puts a page's rows into the store; what stays for the list are their ids. */
export function keepPage<T extends Table>(
  table: T,
  page: RowPage<T>,
  asked: number,
  sort: string,
): ListPage {
  storeOf(table).put(page.items, asked);
  const field = sort.replace('-', '') as keyof Rows[T];
  return {
    ids: page.items.map((row) => row.id),
    values: Object.fromEntries(page.items.map((row) => [row.id, row[field]])),
    next: page.next,
  };
}
