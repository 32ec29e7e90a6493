// The frame of a page: its title, its actions, and the title of the tab.
import { Group, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import classes from './Page.module.css';

interface PageProps {
  title: string;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  /** The page is as high as the window; its table scrolls, not the page. */
  fill?: boolean;
  children: ReactNode;
}

export function Page({ title, actions, fill = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · igny8`;
  }, [title]);
  return (
    <Stack gap="sm" data-fill={fill || undefined} className={fill ? classes.fill : undefined}>
      <Group justify="space-between" gap="sm">
        <Title order={1} size="h2">
          {title}
        </Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </Stack>
  );
}
