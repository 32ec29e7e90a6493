// Clusters: keywords that one set of articles can answer.
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
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
import { AddCluster } from '../../components/planner/AddCluster';
import { ClusterDialog } from '../../components/planner/ClusterDialog';
import { COLUMNS } from '../../components/planner/clusterColumns';
import { MergeClusters } from '../../components/planner/MergeClusters';
import { NothingMatches } from '../../components/planner/NothingMatches';
import { useOpenRow } from '../../components/planner/openRow';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';

const LIST = { filters: ['status', 'generation_status', 'locked'], sort: '-created_at' };
const NOUN: [string, string] = ['cluster', 'clusters'];
const PLANS = { new: 'Without ideas', mapped: 'With ideas' };
const LOCKS = { true: 'Locked', false: 'Not locked' };
const LOSES =
  'Their ideas and tasks are deleted with them. Their keywords stay, without a cluster.' +
  ' Clusters that have articles are kept.';

export default function Clusters() {
  const list = useRowList('cluster', LIST);
  const selection = useSelection(list);
  const row = useOpenRow();
  const [adding, adds] = useDisclosure();
  const [merging, merges] = useDisclosure();
  const chosen = [...selection.ids];
  return (
    <Page
      title="Clusters"
      fill
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={adds.open}
        >
          Add cluster
        </Button>
      }
    >
      <TableFilters list={list}>
        <SearchField list={list} label="Search clusters" />
        <FilterSelect list={list} name="status" label="Plan" choices={PLANS} />
        <StatusFilter list={list} />
        <FilterSelect list={list} name="locked" label="Lock" choices={LOCKS} />
      </TableFilters>
      <LiveTable
        list={list}
        columns={COLUMNS}
        selection={selection}
        label="Clusters"
        name={(each) => each.name}
        onOpen={row.open}
        empty={
          <NothingMatches list={list} noun="clusters">
            <EmptyState
              title="No clusters yet"
              action={
                <Button component={Link} to="/keywords?status=new">
                  Choose keywords to cluster
                </Button>
              }
            >
              Clusters are made of keywords: choose some and cluster them.
            </EmptyState>
          </NothingMatches>
        }
      />
      <SelectionBar selection={selection} noun={NOUN} list={list}>
        {chosen.length > 1 && (
          <Button size="compact-md" variant="default" onClick={merges.open}>
            Merge
          </Button>
        )}
        <DeleteChosen selection={selection} table="cluster" noun={NOUN} loses={LOSES} />
        <StartChosen selection={selection} function="generate_ideas">
          Generate ideas
        </StartChosen>
      </SelectionBar>
      <AddCluster opened={adding} onClose={adds.close} onAdded={row.open} />
      <MergeClusters
        ids={chosen}
        opened={merging}
        onClose={merges.close}
        onMerged={selection.clear}
      />
      <ClusterDialog id={row.id} onClose={row.close} />
    </Page>
  );
}
