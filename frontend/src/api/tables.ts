// The six tables: where their rows are fetched, and what the API calls them.
import { following } from '../realtime/following';
import { api, ask, type Schemas } from './client';

/** The row of each table, as lists give it. */
export interface Rows {
  keyword: Schemas['KeywordRow'];
  cluster: Schemas['ClusterRow'];
  idea: Schemas['IdeaRow'];
  task: Schemas['TaskRow'];
  content: Schemas['ContentRow'];
  image: Schemas['ImageRow'];
}

/** What the address of a single row answers: an article comes with its text and images. */
export interface Details extends Omit<Rows, 'content'> {
  content: Schemas['Content'];
}

/** What can be changed in a row of each table. */
export interface Edits {
  keyword: Schemas['EditKeyword'];
  cluster: Schemas['EditCluster'];
  idea: Schemas['EditIdea'];
  task: Schemas['EditTask'];
  content: Schemas['EditContent'];
  image: Schemas['EditImage'];
}

export type Table = keyof Rows;
export type AnyRow = Rows[Table];
export type GenerationStatus = Schemas['GenerationStatus'];
export type Filters = Record<string, string>;

const PATHS = {
  keyword: '/api/v1/keywords',
  cluster: '/api/v1/clusters',
  idea: '/api/v1/ideas',
  task: '/api/v1/tasks',
  content: '/api/v1/content',
  image: '/api/v1/images',
} as const satisfies Record<Table, string>;

/** Whose rows the items of a stage are. */
export const STAGE_TABLE: Record<number, Table> = {
  1: 'keyword',
  2: 'cluster',
  3: 'idea',
  4: 'task',
  5: 'content',
  6: 'image',
  7: 'content',
};

export const PAGE = 200;
/** Rows that one request may name by `ids`. */
export const MOST_IDS = 200;

export interface RowPage<T extends Table> {
  items: Rows[T][];
  next: string | null;
}

// The lists of all tables have one shape, which the generated types cannot say of a path that is
// only known at run time: here, and only here, it is said by hand.
type AnyPath<Answer> = (
  path: string,
  init: object,
) => Promise<{ data?: Answer; error?: unknown; response: Response }>;

function get<Answer>(path: string, query: Record<string, unknown> = {}): Promise<Answer> {
  return ask((api.GET as AnyPath<Answer>)(path, { params: { query } }));
}

/** One page of a table's rows, at the earliest once changes are being followed. */
export async function fetchPage<T extends Table>(
  table: T,
  query: Filters & { sort?: string },
  after: string | null,
): Promise<RowPage<T>> {
  await following();
  return get(PATHS[table], { ...query, limit: PAGE, ...(after ? { after } : {}) });
}

/** The rows with these ids, at most 200; those that are gone are missing from the answer. */
export async function fetchRows<T extends Table>(table: T, ids: string[]): Promise<Rows[T][]> {
  return (await get<RowPage<T>>(PATHS[table], { ids, limit: MOST_IDS })).items;
}

/** One row with all that there is of it. */
export function fetchRow<T extends Table>(table: T, id: string): Promise<Details[T]> {
  return get(`${PATHS[table]}/${id}`);
}

/** Changes a row if it still has the version named in `edit`; else 409 `changed_meanwhile`. */
export function patchRow<T extends Table>(
  table: T,
  id: string,
  edit: Partial<Edits[T]> & { version: number },
): Promise<Details[T]> {
  return ask((api.PATCH as AnyPath<Details[T]>)(`${PATHS[table]}/${id}`, { body: edit }));
}

/** The ids of all rows that match, for "select all matching"; no more than 100,000. */
export function fetchIds(table: Table, filters: Filters): Promise<Schemas['IdList']> {
  return get(`${PATHS[table]}/ids`, filters);
}

/** Deletes rows; those that a run works on stay and are named with the reason. */
export function deleteRows(table: Table, ids: string[]): Promise<Schemas['Deleted']> {
  const path = `${PATHS[table]}/delete` as '/api/v1/keywords/delete';
  return ask(api.POST(path, { body: { ids } }));
}
