// What a person types into a row's form. Until they type, the form follows the row; from then on
// the version they began with counts, so that a change of somebody else is seen when saving: then
// the row is read again, and what was typed is saved over it only by who has seen both.
import { useState } from 'react';
import type { Details, Table } from '../api/tables';
import { type Changes, useDetail, useRowEdit } from './useRowEdit';

/** A field that two people changed: what stands there now, and what was typed here. */
export interface Clash {
  field: string;
  now: unknown;
  typed: unknown;
}

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
  const save = (version: number) => {
    edit.save({ id, version, changes }, { onError: () => void detail.refetch() });
  };
  const newer = detail.data && base && detail.data.version > base.version ? detail.data : null;
  return {
    /** The row with what was typed. */
    draft: row && { ...row, ...changes },
    error: detail.error,
    again: () => void detail.refetch(),
    change,
    discard,
    changed: base !== null,
    edit,
    save: () => row && save(row.version),
    /** Fields that were changed here and elsewhere; null while there is no newer row to compare. */
    clashes: edit.conflict && base && newer ? clashes(base, newer, changes) : null,
    /** Saves what was typed over the newer row that was compared; its other fields stay. */
    overwrite: () => newer && save(newer.version),
  };
}

export type Draft<T extends Table> = ReturnType<typeof useDraft<T>>;

function clashes(began: object, now: object, changes: object): Clash[] {
  const before = began as Record<string, unknown>;
  const current = now as Record<string, unknown>;
  return Object.entries(changes)
    .map(([field, typed]) => ({ field, now: current[field], typed }))
    .filter((each) => !same(each.now, before[each.field]) && !same(each.now, each.typed));
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
