// One cluster: its name and intent, its keywords, and the way to its ideas.
import { Anchor, Divider, Drawer, Group, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useDraft } from '../../hooks/useDraft';
import { useRow } from '../../hooks/useLive';
import { number } from '../../words';
import { tell } from '../common/notices';
import { StatusBadge } from '../common/StatusBadge';
import { ClusterFields } from './ClusterFields';
import { ClusterKeywords } from './ClusterKeywords';
import { DraftForm } from './DraftForm';

interface DialogProps {
  id: string | null;
  onClose: () => void;
}

export function ClusterDialog({ id, onClose }: DialogProps) {
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      title="Cluster"
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id && <Opened key={id} id={id} onClose={onClose} />}
    </Drawer>
  );
}

function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const form = useDraft('cluster', id, () => tell({ message: 'Cluster saved' }));
  const now = useRow('cluster', id) ?? form.draft;
  return (
    <>
      <DraftForm form={form} onCancel={form.changed ? form.discard : onClose}>
        {form.draft && <ClusterFields value={form.draft} onChange={form.change} />}
      </DraftForm>
      {form.draft && now && (
        <>
          <Group gap="md" mt="xs" fz="sm">
            <StatusBadge status={now.generation_status} />
            <Anchor component={Link} size="sm" to={`/ideas?cluster_id=${id}`}>
              {now.idea_count === 1 ? '1 idea' : `${number(now.idea_count)} ideas`}
            </Anchor>
            {now.demo && (
              <Text size="sm" c="dimmed">
                Demo content
              </Text>
            )}
          </Group>
          <Divider my="md" />
          <ClusterKeywords cluster={id} count={now.keyword_count} />
        </>
      )}
    </>
  );
}
