// What can be done with keywords and clusters beyond changing a row.
import { api, ask, type Schemas } from './client';

/** What a person chose of a file's columns; without it the file is read as it explains itself. */
export interface Choice {
  mapping: Record<string, number>;
  /** Line of the names of the columns, 0 where there is none. */
  headerLine: number;
}

function form(file: File, choice: Choice | null): never {
  const data = new FormData();
  data.set('file', file);
  if (choice) {
    data.set('mapping', JSON.stringify(choice.mapping));
    data.set('header_line', String(choice.headerLine));
  }
  return data as never; // the generated types know a form by its fields only
}

/** What importing the file would do; nothing is saved. */
export function previewImport(
  file: File,
  choice: Choice | null,
): Promise<Schemas['ImportPreview']> {
  return ask(api.POST('/api/v1/keywords/import/preview', { body: form(file, choice) }));
}

/** Saves the keywords of the file. */
export function importFile(file: File, choice: Choice | null): Promise<Schemas['Imported']> {
  return ask(api.POST('/api/v1/keywords/import', { body: form(file, choice) }));
}

export function addKeyword(body: Schemas['NewKeyword']): Promise<Schemas['KeywordRow']> {
  return ask(api.POST('/api/v1/keywords', { body }));
}

/** Puts keywords into a cluster, or with null into none. */
export function moveKeywords(ids: string[], cluster: string | null): Promise<Schemas['Moved']> {
  return ask(api.POST('/api/v1/keywords/move', { body: { ids, cluster_id: cluster } }));
}

export function addCluster(body: Schemas['NewCluster']): Promise<Schemas['ClusterRow']> {
  return ask(api.POST('/api/v1/clusters', { body }));
}

/** Keywords and ideas of the clusters go over `into`; the clusters are gone then. */
export function mergeClusters(into: string, ids: string[]): Promise<Schemas['Merged']> {
  return ask(api.POST('/api/v1/clusters/merge', { body: { into, ids } }));
}
