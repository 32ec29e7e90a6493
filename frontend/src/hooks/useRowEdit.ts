// Editing a row: on the version that was read, so that nobody's change is lost unseen.
import { useMutation, useQuery } from '@tanstack/react-query';
import { ProblemError } from '../api/client';
import { keys } from '../api/keys';
import { queryClient } from '../api/queryClient';
import { type Details, type Edits, fetchRow, patchRow, type Table } from '../api/tables';
import { askFor } from '../realtime/rowFetcher';

/** What a person changed; its version is added. */
export type Changes<T extends Table> = Partial<Omit<Edits[T], 'version'>>;

/** One row with all that there is of it; read again when an event names it. */
export function useDetail<T extends Table>(table: T, id: string | null) {
  return useQuery<Details[T]>({
    queryKey: keys.row(table, id ?? ''),
    enabled: id !== null,
    queryFn: () => fetchRow(table, id ?? ''),
  });
}

interface Save<T extends Table> {
  id: string;
  /** Version of the row as the person saw it when the editing began. */
  version: number;
  changes: Changes<T>;
}

/** Saves changes. `conflict` says that someone else changed the row since it was read. */
export function useRowEdit<T extends Table>(table: T, onSaved?: (row: Details[T]) => void) {
  const mutation = useMutation({
    mutationFn: ({ id, version, changes }: Save<T>) =>
      patchRow(table, id, { ...changes, version } as Partial<Edits[T]> & { version: number }),
    onSuccess: (row) => {
      queryClient.setQueryData(keys.row(table, row.id), row);
      askFor(table, [row.id]);
      onSaved?.(row);
    },
  });
  const { error } = mutation;
  return {
    save: mutation.mutate,
    saving: mutation.isPending,
    error,
    conflict: error instanceof ProblemError && error.problem.code === 'changed_meanwhile',
    reset: mutation.reset,
  };
}
