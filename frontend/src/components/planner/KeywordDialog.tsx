// One keyword, opened from its row or by a link that leads to what is wrong with it.
import { Anchor, Drawer, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useDraft } from '../../hooks/useDraft';
import { tell } from '../common/notices';
import { StatusBadge } from '../common/StatusBadge';
import { DraftForm } from './DraftForm';
import { KeywordFields, type KeywordValues } from './KeywordFields';

interface DialogProps {
  id: string | null;
  onClose: () => void;
}

export function KeywordDialog({ id, onClose }: DialogProps) {
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      title="Keyword"
      position="right"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id && <Form key={id} id={id} onClose={onClose} />}
    </Drawer>
  );
}

function Form({ id, onClose }: { id: string; onClose: () => void }) {
  const form = useDraft('keyword', id, () => {
    tell({ message: 'Keyword saved' });
    onClose();
  });
  const { draft } = form;
  return (
    <DraftForm form={form} onCancel={onClose}>
      {draft && (
        <>
          <KeywordFields value={draft as KeywordValues} onChange={form.change} />
          <Text size="sm">
            Cluster:{' '}
            {draft.cluster_id ? (
              <Anchor component={Link} size="sm" to={`/clusters?id=${draft.cluster_id}`}>
                {draft.cluster_name}
              </Anchor>
            ) : (
              'none yet'
            )}
          </Text>
          <Text size="sm">
            <StatusBadge status={draft.generation_status} />
          </Text>
        </>
      )}
    </DraftForm>
  );
}
