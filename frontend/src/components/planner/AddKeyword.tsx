// Adds one keyword by hand.
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { addKeyword } from '../../api/planner';
import { listsMayHaveGrown } from '../../realtime/rowFetcher';
import { ErrorPanel } from '../common/ErrorPanel';
import { tell } from '../common/notices';
import { KeywordFields, type KeywordValues } from './KeywordFields';

const EMPTY: KeywordValues = {
  text: '',
  country: '',
  volume: null,
  difficulty: null,
  cpc: null,
  intent: null,
};

export function AddKeyword({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [value, setValue] = useState(EMPTY);
  const adding = useMutation({
    mutationFn: addKeyword,
    onSuccess: (row) => {
      listsMayHaveGrown('keyword');
      tell({ message: `Keyword "${row.text}" added` });
      setValue(EMPTY);
      onClose();
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
      title="Add a keyword"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <KeywordFields
            value={value}
            onChange={(part) => setValue((before) => ({ ...before, ...part }))}
          />
          {adding.error && <ErrorPanel error={adding.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={adding.isPending}>
              Add keyword
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
