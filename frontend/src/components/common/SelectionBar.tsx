// Says how many rows are chosen and what can be done with them. Stays at the foot of the table.
import { Anchor, Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Selection } from '../../hooks/useSelection';
import { ErrorLine } from './ErrorPanel';
import classes from './SelectionBar.module.css';

interface SelectionBarProps {
  selection: Selection;
  /** One row and several, as in "keyword" and "keywords". */
  noun: [string, string];
  /** Whether there may be more rows that match than are chosen. */
  more: boolean;
  children: ReactNode;
}

export function SelectionBar({ selection, noun, more, children }: SelectionBarProps) {
  const count = selection.ids.size;
  if (count === 0) return null;
  return (
    <section className={classes.bar} aria-label="Selection">
      <Group gap="sm">
        <Text fw={600} size="sm">
          {count.toLocaleString('en')} {count === 1 ? noun[0] : noun[1]} selected
        </Text>
        {more && (
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={selection.selectAll}
            aria-busy={selection.selectingAll}
          >
            Select all that match
          </Anchor>
        )}
        <Button size="compact-sm" variant="subtle" onClick={selection.clear}>
          Clear
        </Button>
        {selection.error && <ErrorLine error={selection.error} onRetry={selection.selectAll} />}
      </Group>
      <Group gap="xs">{children}</Group>
    </section>
  );
}
