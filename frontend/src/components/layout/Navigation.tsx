// The pages, in the order of the work.
import { NavLink, Stack, Text } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { PAGES } from '../../pageList';

export function Navigation() {
  const { pathname } = useLocation();
  const groups = [...new Set(PAGES.map((page) => page.group))];
  return (
    <nav aria-label="Pages">
      {groups.map((group) => (
        <Stack key={group} gap={0} mb="xs">
          <Text size="xs" c="dimmed" fw={600} px="xs" py={4}>
            {group}
          </Text>
          {PAGES.filter((page) => page.group === group).map(({ path, label, icon: Icon }) => {
            const here = pathname === `/${path}` || pathname.startsWith(`/${path}/`);
            return (
              <NavLink
                key={path}
                component={Link}
                to={`/${path}`}
                label={label}
                leftSection={<Icon size={18} stroke={1.6} />}
                active={here}
                aria-current={here ? 'page' : undefined}
              />
            );
          })}
        </Stack>
      ))}
    </nav>
  );
}
