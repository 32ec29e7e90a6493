// The keywords of the account: where everything begins.
import { Button } from '@mantine/core';
import type { Rows } from '../../api/tables';
import { AutomateButton } from '../../components/automation/AutomateButton';
import { EmptyState } from '../../components/common/EmptyState';
import { FilterSelect, SearchField, TableFilters } from '../../components/common/filters';
import { type Column, LiveTable } from '../../components/common/LiveTable';
import { SelectionBar } from '../../components/common/SelectionBar';
import { GENERATION_STATUSES, StatusBadge } from '../../components/common/StatusBadge';
import { Page } from '../../components/layout/Page';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';
import { useStartRun } from '../../hooks/useStartRun';
import { number } from '../../words';

type Row = Rows['keyword'];

const COLUMNS: Column<Row>[] = [
  {
    key: 'text',
    title: 'Keyword',
    width: 'minmax(14rem, 3fr)',
    sort: 'text',
    phone: true,
    cell: (row) => row.text,
  },
  {
    key: 'volume',
    title: 'Volume',
    width: '7rem',
    sort: 'volume',
    numeric: true,
    cell: (row) => (row.volume === null ? '' : number(row.volume)),
  },
  {
    key: 'difficulty',
    title: 'Difficulty',
    width: '7rem',
    sort: 'difficulty',
    numeric: true,
    cell: (row) => (row.difficulty === null ? '' : number(row.difficulty)),
  },
  {
    key: 'cluster',
    title: 'Cluster',
    width: 'minmax(10rem, 2fr)',
    cell: (row) => row.cluster_name,
  },
  {
    key: 'generation_status',
    title: 'Status',
    width: '9rem',
    phone: true,
    cell: (row) => <StatusBadge status={row.generation_status} />,
  },
];

const LIST = {
  filters: ['status', 'generation_status', 'cluster_id', 'intent'],
  sort: '-created_at',
};

export default function Keywords() {
  const list = useRowList('keyword', LIST);
  const selection = useSelection(list);
  const { start, starting } = useStartRun();
  const cluster = () => start({ function: 'auto_cluster', selection: [...selection.ids] });
  return (
    <Page title="Keywords" fill>
      <TableFilters list={list}>
        <SearchField list={list} label="Search keywords" />
        <FilterSelect
          list={list}
          name="status"
          label="Plan"
          choices={{ new: 'Not in a cluster', mapped: 'In a cluster' }}
        />
        <FilterSelect
          list={list}
          name="generation_status"
          label="Status"
          choices={GENERATION_STATUSES}
        />
      </TableFilters>
      <LiveTable
        list={list}
        columns={COLUMNS}
        selection={selection}
        label="Keywords"
        name={(row) => row.text}
        empty={
          <EmptyState title="No keywords yet">
            Import a list of search keywords, or add one by hand. Then cluster them.
          </EmptyState>
        }
      />
      <SelectionBar selection={selection} noun={['keyword', 'keywords']} more={list.more}>
        <AutomateButton ids={selection.ids} />
        <Button size="compact-md" onClick={cluster} loading={starting}>
          Cluster keywords
        </Button>
      </SelectionBar>
    </Page>
  );
}
