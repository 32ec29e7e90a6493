// What can be done with the chosen rows of any table: delete them, or start a run over them.
import { Button } from '@mantine/core';
import type { Schemas } from '../../api/client';
import type { Table } from '../../api/tables';
import { useDeleteRows } from '../../hooks/useDeleteRows';
import type { Selection } from '../../hooks/useSelection';
import { useStartRun } from '../../hooks/useStartRun';

interface DeleteProps {
  selection: Selection;
  table: Table;
  /** One row and several, as in "keyword" and "keywords". */
  noun: [string, string];
  /** What goes with the rows. */
  loses: string;
}

export function DeleteChosen({ selection, table, noun, loses }: DeleteProps) {
  const { askAndDelete, deleting } = useDeleteRows(table, noun, selection, loses);
  return (
    <Button size="compact-md" variant="default" onClick={askAndDelete} loading={deleting}>
      Delete
    </Button>
  );
}

interface StartProps {
  selection: Selection;
  function: NonNullable<Schemas['StartRun']['function']>;
  variant?: 'filled' | 'default';
  /** What the run does, on the button. */
  children: string;
}

export function StartChosen({ selection, variant = 'filled', children, ...work }: StartProps) {
  const { start, starting } = useStartRun();
  return (
    <Button
      size="compact-md"
      variant={variant}
      loading={starting}
      onClick={() => start({ function: work.function, selection: [...selection.ids] })}
    >
      {children}
    </Button>
  );
}
