// One idea: its plan to read, then to change, as long as no task has been made of it.
import { Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useDraft } from '../../hooks/useDraft';
import { useStartRun } from '../../hooks/useStartRun';
import { tell } from '../common/notices';
import { DraftForm } from './DraftForm';
import { IdeaFields } from './IdeaFields';
import { IdeaPlan } from './IdeaPlan';

interface DialogProps {
  id: string | null;
  onClose: () => void;
}

export function IdeaDialog({ id, onClose }: DialogProps) {
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      title="Idea"
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
  const form = useDraft('idea', id, () => {
    tell({ message: 'Idea saved' });
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
        <NextSteps id={id} task={draft.task_id} onEdit={() => setEditing(true)} onClose={onClose} />
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
  task: string | null;
  onEdit: () => void;
  onClose: () => void;
}

function NextSteps({ id, task, onEdit, onClose }: NextStepsProps) {
  const { start, starting } = useStartRun();
  if (task) {
    return (
      <Text size="sm">
        This idea has become a task, which carries a plan of its own.{' '}
        <Anchor component={Link} size="sm" to={`/tasks?id=${task}`}>
          Open the task
        </Anchor>
      </Text>
    );
  }
  const send = () => {
    start({ function: 'create_tasks', selection: [id] });
    onClose();
  };
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onEdit}>
        Edit the plan
      </Button>
      <Button onClick={send} loading={starting}>
        Send to writer
      </Button>
    </Group>
  );
}
