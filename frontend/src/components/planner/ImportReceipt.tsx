// What an import did.
import { Group, Stack, Text } from '@mantine/core';
import { Count } from './ImportPreview';
import { Rejects } from './Rejects';
import type { Imported } from './useImport';

export function ImportReceipt({ imported }: { imported: Imported }) {
  const { created, known, duplicates, rejected, unread } = imported;
  return (
    <Stack gap="sm">
      <Text fw={600} role="status">
        Import finished
      </Text>
      <Group gap="lg" data-testid="counts">
        <Count name="added" value={created} />
        <Count name="already there" value={known} />
        <Count name="double in the file" value={duplicates} />
        <Count name="rejected" value={rejected.length} />
      </Group>
      <Rejects
        rejected={rejected.slice(0, 1000)}
        unread={unread.slice(0, 1000)}
        counts={{ rejected: rejected.length, unread: unread.length }}
      />
      <Text size="sm" c="dimmed">
        Next: choose keywords in the table and cluster them.
      </Text>
    </Stack>
  );
}
