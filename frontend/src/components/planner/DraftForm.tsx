// The frame of a row's form: while it loads, why it was not saved, and its buttons.
import { Button, Group, Skeleton, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import type { Table } from '../../api/tables';
import type { Draft } from '../../hooks/useDraft';
import { EditProblem } from '../common/EditProblem';
import { ErrorPanel } from '../common/ErrorPanel';

type Framed = Pick<
  Draft<Table>,
  'error' | 'again' | 'changed' | 'edit' | 'save' | 'clashes' | 'overwrite' | 'discard'
>;

interface DraftFormProps {
  form: Framed & { draft: unknown };
  onCancel: () => void;
  children: ReactNode;
}

export function DraftForm({ form, onCancel, children }: DraftFormProps) {
  if (!form.draft) {
    return form.error ? (
      <ErrorPanel error={form.error} onRetry={form.again} />
    ) : (
      <Skeleton h={240} />
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    form.save();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {children}
        <EditProblem
          error={form.edit.error}
          clashes={form.clashes}
          onDiscard={form.discard}
          onOverwrite={form.overwrite}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" disabled={!form.changed} loading={form.edit.saving}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
