// The gallery of all images, drawn or still to be drawn.
import { Button, Center, Skeleton } from '@mantine/core';
import { Link } from 'react-router';
import { EmptyState } from '../../components/common/EmptyState';
import { ErrorPanel } from '../../components/common/ErrorPanel';
import { FilterSelect, SearchField, TableFilters } from '../../components/common/filters';
import { SelectionBar } from '../../components/common/SelectionBar';
import { GENERATION_STATUSES } from '../../components/common/StatusBadge';
import { Page } from '../../components/layout/Page';
import { NothingMatches } from '../../components/planner/NothingMatches';
import { useOpenRow } from '../../components/planner/openRow';
import { ArticlePicker } from '../../components/writer/ArticlePicker';
import { Gallery } from '../../components/writer/Gallery';
import { ImageDialog } from '../../components/writer/ImageDialog';
import { useDeleteRows } from '../../hooks/useDeleteRows';
import { useRowList } from '../../hooks/useRowList';
import { useSelection } from '../../hooks/useSelection';
import { useStartRun } from '../../hooks/useStartRun';

const LIST = { filters: ['content_id', 'drawn', 'generation_status'], sort: '-created_at' };
const NOUN: [string, string] = ['image', 'images'];
const LOSES = 'Their files are deleted with them. Images of published articles are kept.';

export default function Images() {
  const list = useRowList('image', LIST);
  const selection = useSelection(list);
  const row = useOpenRow();
  const { start, starting } = useStartRun();
  const { askAndDelete, deleting } = useDeleteRows('image', NOUN, selection, LOSES);
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
          choices={{ true: 'Drawn', false: 'Not drawn' }}
        />
        <FilterSelect
          list={list}
          name="generation_status"
          label="Status"
          choices={GENERATION_STATUSES}
        />
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
        <Button size="compact-md" variant="default" onClick={askAndDelete} loading={deleting}>
          Delete
        </Button>
        <Button
          size="compact-md"
          loading={starting}
          onClick={() => start({ function: 'generate_images', selection: [...selection.ids] })}
        >
          Generate images
        </Button>
      </SelectionBar>
      <ImageDialog id={row.id} onClose={row.close} />
    </Page>
  );
}
