// Makes a cluster without keywords.
import type { Schemas } from '../../api/client';
import { addCluster } from '../../api/planner';
import { AddDialog } from './AddDialog';
import { ClusterFields } from './ClusterFields';

const EMPTY: Schemas['NewCluster'] = { name: '', intent: null, locked: false };

interface AddClusterProps {
  opened: boolean;
  onClose: () => void;
  /** Opens the new cluster, so that keywords can be put into it. */
  onAdded: (id: string) => void;
}

export function AddCluster({ onAdded, ...dialog }: AddClusterProps) {
  return (
    <AddDialog
      {...dialog}
      table="cluster"
      empty={EMPTY}
      add={addCluster}
      onAdded={(row) => onAdded(row.id)}
      fields={(values, change) => <ClusterFields value={values} onChange={change} />}
    />
  );
}
