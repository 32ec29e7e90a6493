// Writer tasks: plans that articles are written from.
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
import { NothingMatches } from '../../components/planner/NothingMatches';
import { useOpenRow } from '../../components/planner/openRow';
import { TaskDialog } from '../../components/writer/TaskDialog';
import { COLUMNS, STATUSES } from '../../components/writer/taskColumns';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';

const LIST = { filters: ['status', 'generation_status', 'cluster_id'], sort: '-created_at' };
const NOUN: [string, string] = ['task', 'tasks'];
const LOSES = 'Their ideas can be sent to the writer again. Tasks with an article are kept.';

export default function Tasks() {
  const list = useRowList('task', LIST);
  const selection = useSelection(list);
  const row = useOpenRow();
  return (
    <Page title="Tasks" fill>
      <TableFilters list={list}>
        <SearchField list={list} label="Search tasks" />
        <FilterSelect list={list} name="status" label="Article" choices={STATUSES} />
        <StatusFilter list={list} />
      </TableFilters>
      <LiveTable
        list={list}
        columns={COLUMNS}
        selection={selection}
        label="Tasks"
        name={(each) => each.title}
        onOpen={row.open}
        empty={
          <NothingMatches list={list} noun="tasks">
            <EmptyState
              title="No tasks yet"
              action={
                <Button component={Link} to="/ideas?status=new">
                  Choose ideas
                </Button>
              }
            >
              Tasks are made from ideas: choose some and send them to the writer.
            </EmptyState>
          </NothingMatches>
        }
      />
      <SelectionBar selection={selection} noun={NOUN} list={list}>
        <DeleteChosen selection={selection} table="task" noun={NOUN} loses={LOSES} />
        <StartChosen selection={selection} function="generate_content">
          Generate content
        </StartChosen>
      </SelectionBar>
      <TaskDialog id={row.id} onClose={row.close} />
    </Page>
  );
}
