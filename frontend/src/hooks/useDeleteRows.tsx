// Deletes chosen rows after asking, and says what was not deleted and why.
import { useMutation } from '@tanstack/react-query';
import { deleteRows, type Table } from '../api/tables';
import { confirm } from '../components/common/confirm';
import { tell, warn } from '../components/common/notices';
import { dropRows } from '../realtime/rowFetcher';
import { number } from '../words';
import type { Selection } from './useSelection';

/** `noun` is one row and several; `loses` says what goes with them. */
export function useDeleteRows(
  table: Table,
  noun: [string, string],
  selection: Selection,
  loses: string,
) {
  const mutation = useMutation({
    mutationFn: (ids: string[]) => deleteRows(table, ids),
    onSuccess: (answer, ids) => {
      const skipped = new Set(answer.skipped.map((each) => each.id));
      dropRows(
        table,
        ids.filter((id) => !skipped.has(id)),
      );
      selection.set(skipped);
      const [first] = answer.skipped;
      if (answer.deleted > 0) tell({ message: `${counted(answer.deleted, noun)} deleted` });
      if (first) {
        warn({ message: `${counted(skipped.size, noun)} not deleted. ${first.reason}` });
      }
    },
    onError: (error) => warn({ message: error.message }),
  });
  const ask = async () => {
    const what = counted(selection.ids.size, noun);
    const agreed = await confirm({
      title: `Delete ${what}?`,
      text: loses,
      yes: `Delete ${what}`,
      danger: true,
    });
    if (agreed) mutation.mutate([...selection.ids]);
  };
  return { askAndDelete: () => void ask(), deleting: mutation.isPending };
}

function counted(count: number, [one, several]: [string, string]): string {
  return `${number(count)} ${count === 1 ? one : several}`;
}
