// What narrows a table down. All of it stands in the address, so that a link shows the same.
import { Button, CloseButton, Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Table } from '../../api/tables';
import type { RowList } from '../../hooks/useRowList';
import classes from './filters.module.css';
import { GENERATION_STATUSES } from './StatusBadge';

const PATIENCE = 250;

type Narrowed = Pick<RowList<Table>, 'filters' | 'setFilter' | 'clearFilters'>;

/** A row of filters, with the way to take all of them off. */
export function TableFilters({ list, children }: { list: Narrowed; children: ReactNode }) {
  const any = Object.keys(list.filters).length > 0;
  return (
    <Group gap="xs" align="flex-end" role="search" className={classes.filters}>
      {children}
      {any && (
        <Button size="sm" variant="subtle" onClick={list.clearFilters}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

/** Looks for text while it is typed. The key / leads here. */
export function SearchField({ list, label }: { list: Narrowed; label: string }) {
  const set = list.filters.q ?? '';
  const [text, setText] = useState(set);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => setText(set), [set]);
  useHotkeys([['/', () => field.current?.focus()]]);
  const look = useDebouncedCallback((value: string) => list.setFilter('q', value), PATIENCE);
  const change = (value: string) => {
    setText(value);
    look(value);
  };
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text && <CloseButton aria-label="Clear the search" onClick={() => change('')} />
      }
    />
  );
}

interface FilterSelectProps {
  list: Narrowed;
  /** The API's name of the filter. */
  name: string;
  label: string;
  /** Words by the values the API takes. */
  choices: Record<string, string>;
}

/** One value of a column, or all of them. */
export function FilterSelect({ list, name, label, choices }: FilterSelectProps) {
  const data = Object.entries(choices).map(([value, word]) => ({ value, label: word }));
  return (
    <NativeSelect
      aria-label={label}
      value={list.filters[name] ?? ''}
      onChange={(event) => list.setFilter(name, event.currentTarget.value || null)}
      data={[{ value: '', label: `${label}: all` }, ...data]}
    />
  );
}

/** The state of the rows, the same choices in every table. */
export function StatusFilter({ list }: { list: Narrowed }) {
  return (
    <FilterSelect
      list={list}
      name="generation_status"
      label="Status"
      choices={GENERATION_STATUSES}
    />
  );
}
