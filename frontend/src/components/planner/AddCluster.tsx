// Makes a cluster without keywords.
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../api/client';
import { addCluster } from '../../api/planner';
import { listsMayHaveGrown } from '../../realtime/rowFetcher';
import { ErrorPanel } from '../common/ErrorPanel';
import { ClusterFields } from './ClusterFields';

const EMPTY: Schemas['NewCluster'] = { name: '', intent: null, locked: false };

interface AddClusterProps {
  opened: boolean;
  onClose: () => void;
  /** Opens the new cluster, so that keywords can be put into it. */
  onAdded: (id: string) => void;
}

export function AddCluster({ opened, onClose, onAdded }: AddClusterProps) {
  const [value, setValue] = useState(EMPTY);
  const adding = useMutation({
    mutationFn: addCluster,
    onSuccess: (row) => {
      listsMayHaveGrown('cluster');
      setValue(EMPTY);
      onClose();
      onAdded(row.id);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate(value);
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Add a cluster"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <ClusterFields
            value={value}
            onChange={(part) => setValue((before) => ({ ...before, ...part }))}
          />
          {adding.error && <ErrorPanel error={adding.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={adding.isPending}>
              Add cluster
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
