// An empty table says whether there is nothing at all, or nothing that matches.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Table } from '../../api/tables';
import type { RowList } from '../../hooks/useRowList';
import { EmptyState } from '../common/EmptyState';

interface NothingProps {
  list: Pick<RowList<Table>, 'filters' | 'clearFilters'>;
  noun: string;
  /** What is shown when there are no rows at all. */
  children: ReactNode;
}

export function NothingMatches({ list, noun, children }: NothingProps) {
  if (Object.keys(list.filters).length === 0) return children;
  return (
    <EmptyState
      title={`No ${noun} match`}
      action={<Button onClick={list.clearFilters}>Clear filters</Button>}
    >
      There may be others: take the filters off to see them.
    </EmptyState>
  );
}
