// One task: its plan to read, then to change, as long as no article has been written from it.
import { Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useDraft } from '../../hooks/useDraft';
import { useStartRun } from '../../hooks/useStartRun';
import { tell } from '../common/notices';
import { DraftForm } from '../planner/DraftForm';
import { IdeaFields } from '../planner/IdeaFields';
import { IdeaPlan } from '../planner/IdeaPlan';

interface DialogProps {
  id: string | null;
  onClose: () => void;
}

export function TaskDialog({ id, onClose }: DialogProps) {
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      title="Writer task"
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id && <Opened key={id} id={id} onClose={onClose} />}
    </Drawer>
  );
}

function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const [editing, setEditing] = useState(false);
  const form = useDraft('task', id, () => {
    tell({ message: 'Task saved' });
    setEditing(false);
  });
  const { draft } = form;
  const stop = () => {
    form.discard();
    setEditing(false);
  };
  if (draft && !editing) {
    return (
      <Stack gap="md">
        <IdeaPlan idea={draft} />
        <NextSteps
          id={id}
          article={draft.content_id}
          onEdit={() => setEditing(true)}
          onClose={onClose}
        />
      </Stack>
    );
  }
  return (
    <DraftForm form={form} onCancel={editing ? stop : onClose}>
      {draft && <IdeaFields value={draft} onChange={form.change} />}
    </DraftForm>
  );
}

interface NextStepsProps {
  id: string;
  article: string | null;
  onEdit: () => void;
  onClose: () => void;
}

function NextSteps({ id, article, onEdit, onClose }: NextStepsProps) {
  const { start, starting } = useStartRun();
  if (article) {
    return (
      <Text size="sm">
        The article is written and is checked against this plan, so the plan stays as it is.{' '}
        <Anchor component={Link} size="sm" to={`/content/${article}`}>
          Open the article
        </Anchor>
      </Text>
    );
  }
  const write = () => {
    start({ function: 'generate_content', selection: [id] });
    onClose();
  };
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onEdit}>
        Edit the plan
      </Button>
      <Button onClick={write} loading={starting}>
        Generate content
      </Button>
    </Group>
  );
}
