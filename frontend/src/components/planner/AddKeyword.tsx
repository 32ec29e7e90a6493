// Adds one keyword by hand.
import { addKeyword } from '../../api/planner';
import { tell } from '../common/notices';
import { AddDialog } from './AddDialog';
import { KeywordFields, type KeywordValues } from './KeywordFields';

const EMPTY: KeywordValues = {
  text: '',
  country: '',
  volume: null,
  difficulty: null,
  cpc: null,
  intent: null,
};

export function AddKeyword(dialog: { opened: boolean; onClose: () => void }) {
  return (
    <AddDialog
      {...dialog}
      table="keyword"
      empty={EMPTY}
      add={addKeyword}
      onAdded={(row) => tell({ message: `Keyword "${row.text}" added` })}
      fields={(values, change) => <KeywordFields value={values} onChange={change} />}
    />
  );
}
