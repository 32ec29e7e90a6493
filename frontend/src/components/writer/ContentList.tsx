// All articles: how they stand, what the review found, and what can be done with the chosen ones.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useDeleteRows } from '../../hooks/useDeleteRows';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';
import { useStartRun } from '../../hooks/useStartRun';
import { EmptyState } from '../common/EmptyState';
import { FilterSelect, SearchField, TableFilters } from '../common/filters';
import { LiveTable } from '../common/LiveTable';
import { SelectionBar } from '../common/SelectionBar';
import { GENERATION_STATUSES } from '../common/StatusBadge';
import { Page } from '../layout/Page';
import { NothingMatches } from '../planner/NothingMatches';
import { COLUMNS, RESULTS, STATUSES } from './contentColumns';
import { ExportMany } from './ExportMenu';
import { PromptsDialog } from './PromptsDialog';

const LIST = {
  filters: ['status', 'result', 'generation_status', 'cluster_id'],
  sort: '-created_at',
};
const NOUN: [string, string] = ['article', 'articles'];
const LOSES =
  'Their images are deleted with them; their tasks can be written again. Published ones are kept.';

export function ContentList() {
  const list = useRowList('content', LIST);
  const selection = useSelection(list);
  const navigate = useNavigate();
  const { start, starting } = useStartRun();
  const { askAndDelete, deleting } = useDeleteRows('content', NOUN, selection, LOSES);
  const [prompting, setPrompting] = useState(false);
  const ids = [...selection.ids];
  return (
    <Page title="Content" fill>
      <TableFilters list={list}>
        <SearchField list={list} label="Search articles" />
        <FilterSelect list={list} name="status" label="Stands as" choices={STATUSES} />
        <FilterSelect list={list} name="result" label="Review" choices={RESULTS} />
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
        label="Content"
        name={(each) => each.title}
        onOpen={(id) => void navigate(`/content/${id}`)}
        empty={
          <NothingMatches list={list} noun="articles">
            <EmptyState
              title="No articles yet"
              action={
                <Button component={Link} to="/tasks?status=queued">
                  Choose tasks
                </Button>
              }
            >
              Articles are written from tasks: choose some and generate their content.
            </EmptyState>
          </NothingMatches>
        }
      />
      <SelectionBar selection={selection} noun={NOUN} list={list}>
        <Button size="compact-md" variant="default" onClick={askAndDelete} loading={deleting}>
          Delete
        </Button>
        <ExportMany ids={ids} />
        <Button
          size="compact-md"
          variant="default"
          loading={starting}
          onClick={() => start({ function: 'final_review', selection: ids })}
        >
          Review
        </Button>
        <Button size="compact-md" onClick={() => setPrompting(true)}>
          Generate image prompts
        </Button>
      </SelectionBar>
      <PromptsDialog opened={prompting} onClose={() => setPrompting(false)} ids={ids} />
    </Page>
  );
}
