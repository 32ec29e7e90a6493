// A list that is read a page at a time, each page from where the one before ended.
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';

interface Part<Item, Cursor> {
  items: Item[];
  next: Cursor | null;
}

export function usePages<Item, Cursor>(
  queryKey: readonly unknown[],
  read: (after: Cursor | null) => Promise<Part<Item, Cursor>>,
) {
  const query = useInfiniteQuery<
    Part<Item, Cursor>,
    Error,
    InfiniteData<Part<Item, Cursor>>,
    readonly unknown[],
    Cursor | null
  >({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam as Cursor | null),
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
  });
  return { ...query, items: query.data?.pages.flatMap((page) => page.items) ?? [] };
}
