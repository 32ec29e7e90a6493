// Shown instead of a page that could not be loaded or broke while it was drawn.
import { Button, Stack, Text, Title } from '@mantine/core';
import { useRouteError } from 'react-router';

export function PageFailed() {
  const error = useRouteError();
  return (
    <Stack align="flex-start" gap="sm" role="alert">
      <Title order={1} size="h2">
        This page did not open
      </Title>
      <Text>
        Reload it. If igny8 was updated meanwhile, reloading brings the new version. Nothing that
        runs is affected.
      </Text>
      <Text c="dimmed" size="sm">
        {error instanceof Error ? error.message : String(error)}
      </Text>
      <Button onClick={() => window.location.reload()}>Reload</Button>
    </Stack>
  );
}
