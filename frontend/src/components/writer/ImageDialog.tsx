// One image: the picture, its prompt and alternative text to change, and to be drawn anew.
import { Anchor, Button, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { Rows } from '../../api/tables';
import { reason, regenerate } from '../../api/writer';
import { openRun } from '../../hooks/openRuns';
import { useDraft } from '../../hooks/useDraft';
import { thumbnail } from '../common/ImageQueueModal';
import { tell, warn } from '../common/notices';
import { StatusBadge } from '../common/StatusBadge';
import { DraftForm } from '../planner/DraftForm';
import classes from './ImageDialog.module.css';

const LEAST_ALT = 5;
const MOST_ALT = 125;
const MOST_PROMPT = 1500;
const WIDTH = 1280;

interface DialogProps {
  id: string | null;
  onClose: () => void;
}

export function ImageDialog({ id, onClose }: DialogProps) {
  return (
    <Modal
      opened={id !== null}
      onClose={onClose}
      title="Image"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id && <Opened key={id} id={id} onClose={onClose} />}
    </Modal>
  );
}

function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const form = useDraft('image', id, () => tell({ message: 'Image saved' }));
  const { draft, change } = form;
  return (
    <DraftForm form={form} onCancel={onClose}>
      {draft && (
        <>
          <Picture image={draft} />
          <Textarea
            label="Prompt"
            description="What the image shall show. It counts when the image is generated."
            required
            autosize
            minRows={3}
            maxLength={MOST_PROMPT}
            value={draft.prompt}
            onChange={(event) => change({ prompt: event.currentTarget.value })}
          />
          <Textarea
            label="Alternative text"
            description={`${draft.alt.length} of ${MOST_ALT} characters, for those who do not see the image`}
            required
            autosize
            minLength={LEAST_ALT}
            maxLength={MOST_ALT}
            value={draft.alt}
            onChange={(event) => change({ alt: event.currentTarget.value })}
          />
          <Draw id={id} drawn={draft.drawn} changed={form.changed} onClose={onClose} />
        </>
      )}
    </DraftForm>
  );
}

function Picture({ image }: { image: Rows['image'] }) {
  return (
    <Stack gap="xs">
      {image.drawn && (
        <img className={classes.picture} src={thumbnail(image, WIDTH)} alt={image.alt} />
      )}
      <StatusBadge status={image.generation_status} />
      <Text size="sm">
        {image.section || 'Featured image'}, in{' '}
        <Anchor component={Link} size="sm" to={`/content/${image.content_id}?tab=images`}>
          {image.content_title}
        </Anchor>
      </Text>
    </Stack>
  );
}

interface DrawProps {
  id: string;
  drawn: boolean;
  /** There are changes that the drawing would not go by yet. */
  changed: boolean;
  onClose: () => void;
}

function Draw({ id, drawn, changed, onClose }: DrawProps) {
  const drawing = useMutation({
    mutationFn: () => regenerate(id),
    onSuccess: (run) => {
      onClose();
      openRun(run.id);
    },
    onError: (error) => warn({ message: reason(error) }),
  });
  return (
    <div>
      <Button
        variant="light"
        disabled={changed}
        loading={drawing.isPending}
        onClick={() => drawing.mutate()}
      >
        {drawn ? 'Regenerate the image' : 'Generate the image'}
      </Button>
      {changed && (
        <Text size="sm" mt={4}>
          Save first: the image is generated from what is saved.
        </Text>
      )}
    </div>
  );
}
