// The frame of a dialog that adds one row by hand: its fields, why it was refused, its buttons.
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Rows, Table } from '../../api/tables';
import { listsMayHaveGrown } from '../../realtime/rowFetcher';
import { ErrorPanel } from '../common/ErrorPanel';

interface AddDialogProps<T extends Table, Values> {
  opened: boolean;
  onClose: () => void;
  table: T;
  empty: Values;
  add: (values: Values) => Promise<Rows[T]>;
  onAdded: (row: Rows[T]) => void;
  fields: (values: Values, change: (part: Partial<Values>) => void) => ReactNode;
}

export function AddDialog<T extends Table, Values>(props: AddDialogProps<T, Values>) {
  const { opened, onClose, table, empty, fields } = props;
  const [values, setValues] = useState(empty);
  const adding = useMutation({
    mutationFn: props.add,
    onSuccess: (row) => {
      listsMayHaveGrown(table);
      setValues(empty);
      onClose();
      props.onAdded(row);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate(values);
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Add a ${table}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          {fields(values, (part) => setValues((before) => ({ ...before, ...part })))}
          {adding.error && <ErrorPanel error={adding.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={adding.isPending}>
              Add {table}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
