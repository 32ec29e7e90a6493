// All articles: how they stand, what the review found, and what can be done with the chosen ones.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';
import { DeleteChosen, StartChosen } from '../common/Chosen';
import { EmptyState } from '../common/EmptyState';
import { FilterSelect, SearchField, StatusFilter, TableFilters } from '../common/filters';
import { LiveTable } from '../common/LiveTable';
import { SelectionBar } from '../common/SelectionBar';
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
  const [prompting, setPrompting] = useState(false);
  const ids = [...selection.ids];
  return (
    <Page title="Content" fill>
      <TableFilters list={list}>
        <SearchField list={list} label="Search articles" />
        <FilterSelect list={list} name="status" label="Stands as" choices={STATUSES} />
        <FilterSelect list={list} name="result" label="Review" choices={RESULTS} />
        <StatusFilter list={list} />
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
        <DeleteChosen selection={selection} table="content" noun={NOUN} loses={LOSES} />
        <ExportMany ids={ids} />
        <StartChosen selection={selection} function="final_review" variant="default">
          Review
        </StartChosen>
        <Button size="compact-md" onClick={() => setPrompting(true)}>
          Generate image prompts
        </Button>
      </SelectionBar>
      <PromptsDialog opened={prompting} onClose={() => setPrompting(false)} ids={ids} />
    </Page>
  );
}
