// Ideas: articles that are planned, before the writer takes them up.
import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { DeleteChosen, StartChosen } from '../../components/common/Chosen';
import { EmptyState } from '../../components/common/EmptyState';
import {
  FilterSelect,
  SearchField,
  StatusFilter,
  TableFilters,
} from '../../components/common/filters';
import { LiveTable } from '../../components/common/LiveTable';
import { SelectionBar } from '../../components/common/SelectionBar';
import { Page } from '../../components/layout/Page';
import { IdeaDialog } from '../../components/planner/IdeaDialog';
import { COLUMNS, STATUSES } from '../../components/planner/ideaColumns';
import { NothingMatches } from '../../components/planner/NothingMatches';
import { useOpenRow } from '../../components/planner/openRow';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';

const LIST = { filters: ['status', 'generation_status', 'cluster_id'], sort: '-created_at' };
const NOUN: [string, string] = ['idea', 'ideas'];
const LOSES = 'Their tasks are deleted with them. Ideas whose article has been written are kept.';

export default function Ideas() {
  const list = useRowList('idea', LIST);
  const selection = useSelection(list);
  const row = useOpenRow();
  return (
    <Page title="Ideas" fill>
      <TableFilters list={list}>
        <SearchField list={list} label="Search ideas" />
        <FilterSelect list={list} name="status" label="Plan" choices={STATUSES} />
        <StatusFilter list={list} />
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
        <DeleteChosen selection={selection} table="idea" noun={NOUN} loses={LOSES} />
        <StartChosen selection={selection} function="create_tasks">
          Send to writer
        </StartChosen>
      </SelectionBar>
      <IdeaDialog id={row.id} onClose={row.close} />
    </Page>
  );
}
