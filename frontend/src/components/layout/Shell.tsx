// What is around every page: navigation, state of the connection, credits, runs, warnings.
import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect } from 'react';
import { Outlet, useLocation } from 'react-router';
import { useRunToasts } from '../../hooks/useRunToasts';
import type { Session } from '../../hooks/useSession';
import icon from '../../icon.svg';
import { JobTray } from '../common/JobTray';
import { RunModals } from '../common/RunModals';
import { AccountMenu } from './AccountMenu';
import { Banners } from './Banners';
import { ConnectionState } from './ConnectionState';
import { CreditsLeft } from './CreditsLeft';
import { Navigation } from './Navigation';
import classes from './Shell.module.css';

export function Shell({ session }: { session: Session }) {
  const [open, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu
  useEffect(close, [pathname, close]);
  useRunToasts();
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="md"
    >
      <a href="#page" className={classes.skip}>
        Skip to the page
      </a>
      <AppShell.Header className={classes.header}>
        <Group gap="sm" wrap="nowrap">
          <Burger
            opened={open}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={open ? 'Close the navigation' : 'Open the navigation'}
          />
          <img src={icon} alt="" width={24} height={24} />
          <Text fw={700} size="lg">
            igny8
          </Text>
        </Group>
        <Group gap="xs" wrap="nowrap">
          <ConnectionState />
          <JobTray />
          <CreditsLeft />
          <AccountMenu session={session} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1} className={classes.main}>
        <Banners session={session} />
        <Outlet />
      </AppShell.Main>
      <RunModals />
    </AppShell>
  );
}
