// The gallery of all images, drawn or still to be drawn.
import { Button, Center, Skeleton } from '@mantine/core';
import { Link } from 'react-router';
import { DeleteChosen, StartChosen } from '../../components/common/Chosen';
import { EmptyState } from '../../components/common/EmptyState';
import { ErrorPanel } from '../../components/common/ErrorPanel';
import {
  FilterSelect,
  SearchField,
  StatusFilter,
  TableFilters,
} from '../../components/common/filters';
import { SelectionBar } from '../../components/common/SelectionBar';
import { Page } from '../../components/layout/Page';
import { NothingMatches } from '../../components/planner/NothingMatches';
import { useOpenRow } from '../../components/planner/openRow';
import { ArticlePicker } from '../../components/writer/ArticlePicker';
import { Gallery } from '../../components/writer/Gallery';
import { ImageDialog } from '../../components/writer/ImageDialog';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';

const LIST = { filters: ['content_id', 'drawn', 'generation_status'], sort: '-created_at' };
const NOUN: [string, string] = ['image', 'images'];
const LOSES = 'Their files are deleted with them. Images of published articles are kept.';

export default function Images() {
  const list = useRowList('image', LIST);
  const selection = useSelection(list);
  const row = useOpenRow();
  return (
    <Page title="Images">
      <TableFilters list={list}>
        <SearchField list={list} label="Search images" />
        <ArticlePicker
          value={list.filters.content_id ?? null}
          onChange={(id) => list.setFilter('content_id', id)}
        />
        <FilterSelect
          list={list}
          name="drawn"
          label="Picture"
          choices={{ true: 'Generated', false: 'Not generated' }}
        />
        <StatusFilter list={list} />
      </TableFilters>
      {list.error && <ErrorPanel error={list.error} onRetry={list.reload} />}
      {list.loading && <Skeleton h={320} />}
      <Gallery label="Images" ids={list.ids} selection={selection} open={row.open} />
      {!list.loading && !list.error && list.ids.length === 0 && (
        <NothingMatches list={list} noun="images">
          <EmptyState
            title="No images yet"
            action={
              <Button component={Link} to="/content">
                Choose articles
              </Button>
            }
          >
            Images begin as prompts: choose articles and generate image prompts for them.
          </EmptyState>
        </NothingMatches>
      )}
      {list.more && (
        <Center>
          <Button variant="default" onClick={list.loadMore}>
            Show more images
          </Button>
        </Center>
      )}
      <SelectionBar selection={selection} noun={NOUN} list={list}>
        <DeleteChosen selection={selection} table="image" noun={NOUN} loses={LOSES} />
        <StartChosen selection={selection} function="generate_images">
          Generate images
        </StartChosen>
      </SelectionBar>
      <ImageDialog id={row.id} onClose={row.close} />
    </Page>
  );
}
