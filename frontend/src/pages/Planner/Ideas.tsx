// Ideas: articles that are planned, before the writer takes them up.
import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { EmptyState } from '../../components/common/EmptyState';
import { FilterSelect, SearchField, TableFilters } from '../../components/common/filters';
import { LiveTable } from '../../components/common/LiveTable';
import { SelectionBar } from '../../components/common/SelectionBar';
import { GENERATION_STATUSES } from '../../components/common/StatusBadge';
import { Page } from '../../components/layout/Page';
import { IdeaDialog } from '../../components/planner/IdeaDialog';
import { COLUMNS, STATUSES } from '../../components/planner/ideaColumns';
import { NothingMatches } from '../../components/planner/NothingMatches';
import { useOpenRow } from '../../components/planner/openRow';
import { useDeleteRows } from '../../hooks/useDeleteRows';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';
import { useStartRun } from '../../hooks/useStartRun';

const LIST = { filters: ['status', 'generation_status', 'cluster_id'], sort: '-created_at' };
const NOUN: [string, string] = ['idea', 'ideas'];
const LOSES = 'Their tasks are deleted with them. Ideas whose article has been written are kept.';

export default function Ideas() {
  const list = useRowList('idea', LIST);
  const selection = useSelection(list);
  const row = useOpenRow();
  const { start, starting } = useStartRun();
  const { askAndDelete, deleting } = useDeleteRows('idea', NOUN, selection, LOSES);
  return (
    <Page title="Ideas" fill>
      <TableFilters list={list}>
        <SearchField list={list} label="Search ideas" />
        <FilterSelect list={list} name="status" label="Plan" choices={STATUSES} />
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
        label="Ideas"
        name={(each) => each.title}
        onOpen={row.open}
        empty={
          <NothingMatches list={list} noun="ideas">
            <EmptyState
              title="No ideas yet"
              action={
                <Button component={Link} to="/clusters?status=new">
                  Choose clusters
                </Button>
              }
            >
              Ideas are planned from clusters: choose some and generate ideas.
            </EmptyState>
          </NothingMatches>
        }
      />
      <SelectionBar selection={selection} noun={NOUN} list={list}>
        <Button size="compact-md" variant="default" onClick={askAndDelete} loading={deleting}>
          Delete
        </Button>
        <Button
          size="compact-md"
          onClick={() => start({ function: 'create_tasks', selection: [...selection.ids] })}
          loading={starting}
        >
          Send to writer
        </Button>
      </SelectionBar>
      <IdeaDialog id={row.id} onClose={row.close} />
    </Page>
  );
}
