// Puts chosen keywords into a cluster, or takes them out of theirs.
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { number } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { ClusterPicker } from './RowPicker';
import { useMove } from './useMove';

interface MoveProps {
  ids: string[];
  opened: boolean;
  onClose: () => void;
  onMoved: () => void;
}

export function MoveKeywords({ ids, opened, onClose, onMoved }: MoveProps) {
  const [cluster, setCluster] = useState<string | null>(null);
  const moving = useMove(() => {
    setCluster(null);
    onClose();
    onMoved();
  });
  const what = ids.length === 1 ? '1 keyword' : `${number(ids.length)} keywords`;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Move ${what}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <ClusterPicker label="To the cluster" value={cluster} onChange={setCluster} />
        <Text size="sm" c="dimmed">
          Keywords that you place stay there when keywords are clustered again.
        </Text>
        {moving.error && <ErrorPanel error={moving.error} />}
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            disabled={moving.isPending}
            onClick={() => moving.mutate({ ids, cluster: null })}
          >
            Take out of their clusters
          </Button>
          <Button
            disabled={!cluster}
            loading={moving.isPending}
            onClick={() => moving.mutate({ ids, cluster })}
          >
            Move {what}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
