// A plain list in columns, with its loading, failed and empty states and the way to more of it.
import { Box, Button, Skeleton, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorPanel } from '../common/ErrorPanel';

interface Pages {
  isPending: boolean;
  error: Error | null;
  refetch: () => unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  items: readonly unknown[];
}

interface ListingProps {
  pages: Pages;
  /** What is in it, for those who hear it. */
  label: string;
  columns: { title: string; numeric?: boolean }[];
  empty: string;
  /** The rows, as `Table.Tr`. */
  children: ReactNode;
}

export function Listing({ pages, label, columns, empty, children }: ListingProps) {
  if (pages.isPending) return <Skeleton h={80} aria-label="Loading" role="status" />;
  if (pages.error && pages.items.length === 0) {
    return <ErrorPanel error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (pages.items.length === 0) return <Text c="dimmed">{empty}</Text>;
  return (
    <>
      <Box role="region" aria-label={label} tabIndex={0} style={{ overflowX: 'auto' }}>
        <Table aria-label={label} verticalSpacing={6} miw="max-content">
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ title, numeric }) => (
                <Table.Th key={title} ta={numeric ? 'right' : 'left'} scope="col">
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </Box>
      {pages.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          onClick={() => void pages.fetchNextPage()}
          loading={pages.isFetchingNextPage}
          style={{ alignSelf: 'flex-start' }}
        >
          Show more
        </Button>
      )}
    </>
  );
}
