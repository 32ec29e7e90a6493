// Imports a file of keywords: first what would come of it, then the import, then its receipt.
import { Button, FileInput, Group, Modal, Skeleton, Stack } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { number } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { ImportPreview } from './ImportPreview';
import { ImportReceipt } from './ImportReceipt';
import { type ImportState, useImport } from './useImport';

interface ImportDialogProps {
  opened: boolean;
  onClose: () => void;
}

export function ImportDialog({ opened, onClose }: ImportDialogProps) {
  const state = useImport();
  const close = () => {
    state.take(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Import keywords"
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {state.saving.data ? (
        <Stack gap="sm">
          <ImportReceipt imported={state.saving.data} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => state.take(null)}>
              Import another file
            </Button>
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      ) : (
        <Choosing state={state} onCancel={close} />
      )}
    </Modal>
  );
}

function Choosing({ state, onCancel }: { state: ImportState; onCancel: () => void }) {
  const { preview, saving } = state;
  const counts = preview.data?.counts;
  const usable = counts ? counts.new + counts.known : 0;
  const error = saving.error ?? preview.error;
  return (
    <Stack gap="sm">
      <FileInput
        label="File"
        description="CSV or text, as your keyword tool exports it; the first column of a list is enough."
        placeholder="Choose a file"
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        leftSection={<IconFileSpreadsheet size={18} aria-hidden />}
        value={state.file}
        onChange={state.take}
        clearable
        clearButtonProps={{ 'aria-label': 'Take another file' }}
        data-autofocus
      />
      {error && <ErrorPanel error={error} />}
      {state.file && preview.isPending && <Skeleton h={200} />}
      {preview.data && !preview.error && (
        <ImportPreview preview={preview.data} onChoose={state.choose} />
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          onClick={() => saving.mutate()}
          disabled={usable === 0 || preview.isFetching || preview.error !== null}
          loading={saving.isPending}
        >
          {usable === 1 ? 'Import 1 keyword' : `Import ${number(usable)} keywords`}
        </Button>
      </Group>
    </Stack>
  );
}
