// A secret that is told once: to be copied now, since nobody can show it again.
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';

interface ShownOnceProps {
  title: string;
  value: string;
  about: string;
  onDone: () => void;
}

export function ShownOnce({ title, value, about, onDone }: ShownOnceProps) {
  return (
    <Alert variant="outline" color="green" title={title} role="status">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{about}</Text>
        <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
        <Group gap="xs">
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Button size="xs" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
          <Button size="xs" variant="default" onClick={onDone}>
            I have kept it
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
