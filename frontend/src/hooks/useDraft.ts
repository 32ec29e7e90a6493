// What a person types into a row's form. Until they type, the form follows the row; from then on
// the version they began with counts, so that a change of somebody else is seen when saving.
import { useState } from 'react';
import type { Details, Table } from '../api/tables';
import { type Changes, useDetail, useRowEdit } from './useRowEdit';

export function useDraft<T extends Table>(table: T, id: string, onSaved?: () => void) {
  const detail = useDetail(table, id);
  const [base, setBase] = useState<Details[T] | null>(null);
  const [changes, setChanges] = useState<Changes<T>>({});
  const discard = () => {
    setBase(null);
    setChanges({});
    edit.reset();
  };
  const edit = useRowEdit(table, () => {
    discard();
    onSaved?.();
  });
  const row = base ?? detail.data;
  const change = (part: Changes<T>) => {
    setBase(row ?? null);
    setChanges((before) => ({ ...before, ...part }));
  };
  const latest = async () => (await detail.refetch({ throwOnError: true })).data;
  return {
    /** The row with what was typed. */
    draft: row && { ...row, ...changes },
    error: detail.error,
    again: () => void detail.refetch(),
    change,
    discard,
    changed: base !== null,
    edit,
    save: () => row && edit.save({ id, version: row.version, changes }),
    /** Shows the row as it is now; what was typed is lost. */
    reload: () => void latest().then(discard, () => undefined),
    /** Saves what was typed over the row as it is now. */
    overwrite: () =>
      void latest().then(
        (now) => now && edit.save({ id, version: now.version, changes }),
        () => undefined,
      ),
  };
}

export type Draft<T extends Table> = ReturnType<typeof useDraft<T>>;
