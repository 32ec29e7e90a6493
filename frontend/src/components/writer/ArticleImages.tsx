// The images of one article: their prompts, and the pictures as they are drawn.
import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Article } from '../../api/writer';
import { useStartRun } from '../../hooks/useStartRun';
import { EmptyState } from '../common/EmptyState';
import { Gallery } from './Gallery';
import { ImageDialog } from './ImageDialog';
import { PromptsDialog } from './PromptsDialog';

export function ArticleImages({ article }: { article: Article }) {
  const [prompting, setPrompting] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const { start, starting } = useStartRun();
  const { images } = article;
  const waiting = images.filter((each) => !each.drawn).map((each) => each.id);
  const prompts = (
    <Button
      variant={images.length ? 'default' : 'filled'}
      onClick={() => setPrompting(true)}
      disabled={article.status !== 'draft' && article.status !== 'review'}
    >
      Generate image prompts
    </Button>
  );
  return (
    <Stack gap="md">
      {images.length === 0 ? (
        <EmptyState title="No image prompts yet" action={prompts}>
          Prompts are written from the text of the article; then the images are generated from them.
        </EmptyState>
      ) : (
        <Group gap="xs">
          <Button
            disabled={waiting.length === 0}
            loading={starting}
            onClick={() => start({ function: 'generate_images', selection: waiting })}
          >
            Generate images
          </Button>
          {prompts}
        </Group>
      )}
      <Gallery
        label="Images of this article"
        ids={images.map((each) => each.id)}
        open={setOpened}
      />
      <ImageDialog id={opened} onClose={() => setOpened(null)} />
      <PromptsDialog opened={prompting} onClose={() => setPrompting(false)} ids={[article.id]} />
    </Stack>
  );
}
