// The keywords of a cluster, with the ways out of it and into it.
import { Button, Checkbox, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../../api/keys';
import { fetchPage, type RowPage } from '../../api/tables';
import { number } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { MoveKeywords } from './MoveKeywords';
import { KeywordPicker } from './RowPicker';
import { useMove } from './useMove';

interface KeywordsProps {
  cluster: string;
  /** How many it has now; the list is read again when that changes. */
  count: number;
}

function useKeywordsOf({ cluster, count }: KeywordsProps) {
  const query = { cluster_id: cluster, sort: 'text' };
  return useInfiniteQuery<
    RowPage<'keyword'>,
    Error,
    InfiniteData<RowPage<'keyword'>>,
    readonly unknown[],
    string | null
  >({
    queryKey: [...keys.choices('keyword', query), count],
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    queryFn: ({ pageParam }) => fetchPage('keyword', query, pageParam),
  });
}

export function ClusterKeywords(props: KeywordsProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetching } = useKeywordsOf(props);
  const [chosen, setChosen] = useState<string[]>([]);
  const [moving, setMoving] = useState(false);
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const out = chosen.filter((id) => rows.some((row) => row.id === id));
  return (
    <Stack gap="sm" component="section" aria-label="Keywords of this cluster">
      <Group justify="space-between">
        <Title order={3} size="h5">
          {props.count === 1 ? '1 keyword' : `${number(props.count)} keywords`}
        </Title>
        <Button
          size="compact-sm"
          variant="default"
          disabled={out.length === 0}
          onClick={() => setMoving(true)}
        >
          Move chosen
        </Button>
      </Group>
      {error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={80} />}
      {data && rows.length === 0 && (
        <Text size="sm" c="dimmed">
          No keywords here yet. Add some below: ideas are planned from them.
        </Text>
      )}
      <Checkbox.Group value={out} onChange={setChosen} aria-label="Keywords">
        <Stack gap={6}>
          {rows.map((row) => (
            <Checkbox key={row.id} value={row.id} label={row.text} size="sm" />
          ))}
        </Stack>
      </Checkbox.Group>
      {hasNextPage && (
        <Button variant="subtle" onClick={() => void fetchNextPage()} loading={isFetching}>
          Show more
        </Button>
      )}
      <Adding cluster={props.cluster} />
      <MoveKeywords
        ids={out}
        opened={moving}
        onClose={() => setMoving(false)}
        onMoved={() => setChosen([])}
      />
    </Stack>
  );
}

function Adding({ cluster }: { cluster: string }) {
  const [ids, setIds] = useState<string[]>([]);
  const move = useMove(() => setIds([]));
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end">
        <KeywordPicker label="Add keywords without a cluster" value={ids} onChange={setIds} />
        <Button
          disabled={ids.length === 0}
          loading={move.isPending}
          onClick={() => move.mutate({ ids, cluster })}
        >
          Add to this cluster
        </Button>
      </Group>
      {move.error && <ErrorPanel error={move.error} />}
    </Stack>
  );
}
