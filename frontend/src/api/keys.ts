// Every query key, written once.
import type { Filters, Table } from './tables';

export const keys = {
  session: ['session'] as const,
  credits: ['credits'] as const,
  ledger: (filters: object) => ['ledger', filters] as const,
  usage: ['usage'] as const,
  provider: ['provider'] as const,
  tokens: ['tokens'] as const,
  users: ['users'] as const,
  runs: ['runs'] as const,
  activeRuns: ['runs', 'active'] as const,
  run: (id: string) => ['runs', 'one', id] as const,
  progress: (id: string) => ['runs', 'progress', id] as const,
  queues: (id: string) => ['runs', 'queues', id] as const,
  rows: (table: Table) => ['rows', table] as const,
  list: (table: Table, query: Filters) => ['rows', table, 'list', query] as const,
  matching: (table: Table, filters: Filters) => ['rows', table, 'matching', filters] as const,
  choices: (table: Table, query: Filters) => ['rows', table, 'choices', query] as const,
  row: (table: Table, id: string) => ['rows', table, 'one', id] as const,
};
