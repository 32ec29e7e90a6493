// Asks how many images an article shall have, then has their prompts written.
import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Start } from '../../api/runs';
import { useStartRun } from '../../hooks/useStartRun';

const USUAL = 4;
const MOST = 10;

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  /** The articles. */
  ids: string[];
}

export function PromptsDialog({ opened, onClose, ids }: DialogProps) {
  const [count, setCount] = useState<number | string>(USUAL);
  const { start, starting } = useStartRun();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const options = { images_per_article: Number(count) } as Start['options'];
    start({ function: 'generate_image_prompts', selection: ids, options });
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Generate image prompts"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">
            Each article gets a featured image and as many images within it as you say. Prompts and
            alternative texts can be changed before the images are generated.
          </Text>
          <NumberInput
            label="Images within an article"
            description={`0 to ${MOST}`}
            required
            min={0}
            max={MOST}
            allowDecimal={false}
            value={count}
            onChange={setCount}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={starting} disabled={count === ''}>
              Generate prompts
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
