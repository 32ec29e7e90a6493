// Chooses rows of a table by searching for them on the server: there may be thousands.
import { MultiSelect, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../../api/keys';
import { type Filters, fetchPage } from '../../api/tables';

const PATIENCE = 200;

interface Option {
  value: string;
  label: string;
}

function useOptions(table: 'cluster' | 'keyword', q: string, filters: Filters): Option[] {
  const [asked] = useDebouncedValue(q, PATIENCE);
  const query: Filters = asked ? { ...filters, q: asked } : filters;
  const { data = [] } = useQuery({
    queryKey: keys.choices(table, query),
    placeholderData: (before) => before,
    queryFn: async () => {
      const page = await fetchPage(table, query, null);
      return page.items.map((row) => ({
        value: row.id,
        label: 'name' in row ? row.name : row.text,
      }));
    },
  });
  return data;
}

const all = ({ options }: { options: unknown[] }) => options as never;

interface ClusterPickerProps {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
}

/** One cluster, found by its name. */
export function ClusterPicker({ label, value, onChange }: ClusterPickerProps) {
  const [search, setSearch] = useState('');
  const options = useOptions('cluster', search, { sort: 'name' });
  return (
    <Select
      label={label}
      placeholder="Type a part of its name"
      searchable
      clearable
      data={options}
      filter={all}
      nothingFoundMessage="No cluster has this name"
      value={value}
      onChange={onChange}
      searchValue={search}
      onSearchChange={setSearch}
      clearButtonProps={{ 'aria-label': 'Clear the choice' }}
    />
  );
}

interface KeywordPickerProps {
  label: string;
  value: string[];
  onChange: (ids: string[]) => void;
}

/** Keywords that are in no cluster yet. */
export function KeywordPicker({ label, value, onChange }: KeywordPickerProps) {
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<Option[]>([]);
  const found = useOptions('keyword', search, { status: 'new', sort: 'text' });
  const more = found.filter((each) => !chosen.some((one) => one.value === each.value));
  const options = [...chosen.filter((each) => value.includes(each.value)), ...more];
  const choose = (ids: string[]) => {
    setChosen(options.filter((each) => ids.includes(each.value)));
    onChange(ids);
  };
  return (
    <MultiSelect
      flex="1 1 14rem"
      label={label}
      placeholder="Type a part of a keyword"
      searchable
      hidePickedOptions
      data={options}
      filter={all}
      nothingFoundMessage="No such keyword without a cluster"
      value={value}
      onChange={choose}
      searchValue={search}
      onSearchChange={setSearch}
    />
  );
}
