// Narrows images down to one article, found by its title.
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../../api/keys';
import { type Filters, fetchPage, fetchRows } from '../../api/tables';

const PATIENCE = 200;
const all = ({ options }: { options: unknown[] }) => options as never;

interface PickerProps {
  value: string | null;
  onChange: (id: string | null) => void;
}

export function ArticlePicker({ value, onChange }: PickerProps) {
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search, PATIENCE);
  const chosen = useQuery({
    queryKey: keys.choices('content', { ids: value ?? '' }),
    enabled: value !== null,
    queryFn: () => fetchRows('content', value ? [value] : []),
  });
  const [one] = (value && chosen.data) || [];
  const query: Filters = { sort: 'title', ...(q && q !== one?.title ? { q } : {}) };
  const found = useQuery({
    queryKey: keys.choices('content', query),
    placeholderData: (before) => before,
    queryFn: async () => (await fetchPage('content', query, null)).items,
  });
  const others = (found.data ?? []).filter((each) => each.id !== one?.id);
  return (
    <Select
      aria-label="Article"
      placeholder="Article: all"
      searchable
      clearable
      data={[...(one ? [one] : []), ...others].map(({ id, title }) => ({
        value: id,
        label: title,
      }))}
      filter={all}
      nothingFoundMessage="No article has this title"
      value={value}
      onChange={onChange}
      searchValue={search}
      onSearchChange={setSearch}
      clearButtonProps={{ 'aria-label': 'All articles' }}
    />
  );
}
