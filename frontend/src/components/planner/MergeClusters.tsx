// Makes one cluster of several, and says what became of their keywords and ideas.
import { Button, Group, List, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { keys } from '../../api/keys';
import { mergeClusters } from '../../api/planner';
import { fetchRows, MOST_IDS } from '../../api/tables';
import { dropRows, listsMayHaveGrown } from '../../realtime/rowFetcher';
import { number } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';

interface MergeProps {
  ids: string[];
  opened: boolean;
  onClose: () => void;
  onMerged: () => void;
}

export function MergeClusters({ ids, opened, onClose, onMerged }: MergeProps) {
  const [into, setInto] = useState<string | null>(null);
  const merging = useMutation({
    mutationFn: (target: string) =>
      mergeClusters(
        target,
        ids.filter((id) => id !== target),
      ),
    onSuccess: (answer, target) => {
      const skipped = new Set([target, ...answer.skipped.map((each) => each.id)]);
      dropRows(
        'cluster',
        ids.filter((id) => !skipped.has(id)),
      );
      for (const table of ['cluster', 'keyword', 'idea'] as const) listsMayHaveGrown(table);
      onMerged();
    },
  });
  const close = () => {
    setInto(null);
    merging.reset();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={merging.data ? 'Merged' : `Merge ${number(ids.length)} clusters`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {merging.data ? (
        <Receipt merged={merging.data} onClose={close} />
      ) : (
        <Stack gap="sm">
          <Target ids={ids} value={into} onChange={setInto} />
          <Text size="sm">
            Keywords, ideas and tasks of the others go over to it; the others are gone then. This
            cannot be undone.
          </Text>
          {merging.error && <ErrorPanel error={merging.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              disabled={!into}
              loading={merging.isPending}
              onClick={() => into && merging.mutate(into)}
            >
              Merge clusters
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

interface TargetProps {
  ids: string[];
  value: string | null;
  onChange: (id: string | null) => void;
}

function Target({ ids, value, onChange }: TargetProps) {
  const asked = ids.slice(0, MOST_IDS);
  const { data = [] } = useQuery({
    queryKey: keys.choices('cluster', { ids: asked.join() }),
    enabled: asked.length > 0,
    queryFn: () => fetchRows('cluster', asked),
  });
  return (
    <Select
      label="The cluster that stays"
      data-autofocus
      placeholder="Choose one"
      searchable
      data={data.map((row) => ({ value: row.id, label: row.name }))}
      value={value}
      onChange={onChange}
    />
  );
}

function Receipt({ merged, onClose }: { merged: Schemas['Merged']; onClose: () => void }) {
  const { cluster, duplicates, skipped } = merged;
  return (
    <Stack gap="sm">
      <Text role="status">
        {number(merged.merged)} merged into <strong>{cluster.name}</strong>. Taken over:{' '}
        {number(merged.keywords)} keywords, {number(merged.ideas)} ideas.
      </Text>
      {duplicates.length > 0 && (
        <List size="sm" aria-label="Ideas of the same title">
          {duplicates.map((idea) => (
            <List.Item key={idea.id}>
              “{idea.title}” was there already:{' '}
              {idea.outcome === 'dropped'
                ? 'the second one is gone; nothing had been made of it.'
                : `the second one goes on as “${idea.new_title}”.`}
            </List.Item>
          ))}
        </List>
      )}
      {skipped.length > 0 && (
        <List size="sm" aria-label="Not merged">
          {skipped.map((each) => (
            <List.Item key={each.id}>{each.reason}</List.Item>
          ))}
        </List>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
