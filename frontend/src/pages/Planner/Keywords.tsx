// The keywords of the account: where everything begins.
import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconUpload } from '@tabler/icons-react';
import { AutomateButton } from '../../components/automation/AutomateButton';
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
import { AddKeyword } from '../../components/planner/AddKeyword';
import { ImportDialog } from '../../components/planner/ImportDialog';
import { KeywordDialog } from '../../components/planner/KeywordDialog';
import { INTENTS } from '../../components/planner/KeywordFields';
import { COLUMNS } from '../../components/planner/keywordColumns';
import { MoveKeywords } from '../../components/planner/MoveKeywords';
import { NothingMatches } from '../../components/planner/NothingMatches';
import { useOpenRow } from '../../components/planner/openRow';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';
import { label } from '../../words';

const LIST = {
  filters: ['status', 'generation_status', 'cluster_id', 'intent'],
  sort: '-created_at',
};
const NOUN: [string, string] = ['keyword', 'keywords'];
const PLANS = { new: 'Not in a cluster', mapped: 'In a cluster' };
const INTENT_CHOICES = Object.fromEntries(INTENTS.map((each) => [each, label(each)]));
const LOSES = 'Their figures are deleted with them. Clusters and articles made from them stay.';

export default function Keywords() {
  const list = useRowList('keyword', LIST);
  const selection = useSelection(list);
  const row = useOpenRow();
  const [importing, imports] = useDisclosure();
  const [adding, adds] = useDisclosure();
  const [moving, moves] = useDisclosure();
  const chosen = [...selection.ids];
  const ways = (
    <Group gap="xs">
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={adds.open}
      >
        Add keyword
      </Button>
      <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={imports.open}>
        Import
      </Button>
    </Group>
  );
  return (
    <Page title="Keywords" fill actions={ways}>
      <TableFilters list={list}>
        <SearchField list={list} label="Search keywords" />
        <FilterSelect list={list} name="status" label="Plan" choices={PLANS} />
        <StatusFilter list={list} />
        <FilterSelect list={list} name="intent" label="Intent" choices={INTENT_CHOICES} />
      </TableFilters>
      <LiveTable
        list={list}
        columns={COLUMNS}
        selection={selection}
        label="Keywords"
        name={(each) => each.text}
        onOpen={row.open}
        empty={
          <NothingMatches list={list} noun="keywords">
            <EmptyState
              title="No keywords yet"
              action={<Button onClick={imports.open}>Import a list of keywords</Button>}
            >
              Import a list of search keywords, or add one by hand. Then cluster them.
            </EmptyState>
          </NothingMatches>
        }
      />
      <SelectionBar selection={selection} noun={NOUN} list={list}>
        <Button size="compact-md" variant="default" onClick={moves.open}>
          Move
        </Button>
        <DeleteChosen selection={selection} table="keyword" noun={NOUN} loses={LOSES} />
        <AutomateButton ids={selection.ids} />
        <StartChosen selection={selection} function="auto_cluster">
          Cluster keywords
        </StartChosen>
      </SelectionBar>
      <ImportDialog opened={importing} onClose={imports.close} />
      <AddKeyword opened={adding} onClose={adds.close} />
      <MoveKeywords ids={chosen} opened={moving} onClose={moves.close} onMoved={selection.clear} />
      <KeywordDialog id={row.id} onClose={row.close} />
    </Page>
  );
}
