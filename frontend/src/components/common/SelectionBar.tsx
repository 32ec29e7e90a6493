// Says how many rows are chosen and what can be done with them. Stays at the foot of the table.
import { Anchor, Button, Group, Text } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { type MatchedList, useMatching } from '../../hooks/useMatching';
import type { Selection } from '../../hooks/useSelection';
import { number } from '../../words';
import { ErrorLine } from './ErrorPanel';
import classes from './SelectionBar.module.css';

interface SelectionBarProps {
  selection: Selection;
  /** One row and several, as in "keyword" and "keywords". */
  noun: [string, string];
  /** The rows that are chosen from. */
  list: MatchedList;
  children: ReactNode;
}

export function SelectionBar(props: SelectionBarProps) {
  return props.selection.ids.size > 0 ? <Bar {...props} /> : null;
}

function Bar({ selection, noun, list, children }: SelectionBarProps) {
  const clear = useRef<HTMLButtonElement>(null);
  const count = selection.ids.size;
  return (
    <section className={classes.bar} aria-label="Selection">
      <Group gap="sm">
        <Text fw={600} size="sm">
          {number(count)} {count === 1 ? noun[0] : noun[1]} selected
        </Text>
        <SelectAll
          selection={selection}
          list={list}
          // This choice goes once it is made: the focus must not go with it.
          onChosen={() => clear.current?.focus()}
        />
        <Button ref={clear} size="compact-sm" variant="subtle" onClick={selection.clear}>
          Clear
        </Button>
        {selection.error && <ErrorLine error={selection.error} onRetry={selection.selectAll} />}
      </Group>
      <Group gap="xs">{children}</Group>
    </section>
  );
}

interface SelectAllProps extends Pick<SelectionBarProps, 'selection' | 'list'> {
  onChosen: () => void;
}

/** Chooses all rows that match and says how many, once that is known. */
function SelectAll({ selection, list, onChosen }: SelectAllProps) {
  const { matching, error, reload } = useMatching(list);
  if (error) return <ErrorLine error={error} onRetry={reload} />;
  if (!matching || matching.most <= selection.ids.size) return null;
  const { total, most } = matching;
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      onClick={() => {
        onChosen();
        selection.selectAll();
      }}
      aria-busy={selection.selectingAll}
    >
      {most < total
        ? `Select the oldest ${number(most)} of ${number(total)} matching`
        : `Select all ${number(total)} matching`}
    </Anchor>
  );
}
