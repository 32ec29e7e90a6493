// An idea's or a task's plan in a drawer: to read, then to change, until something is made of it.
import { Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import type { Details } from '../../api/tables';
import { useDraft } from '../../hooks/useDraft';
import { useStartRun } from '../../hooks/useStartRun';
import { tell } from '../common/notices';
import { DraftForm } from './DraftForm';
import { IdeaFields } from './IdeaFields';
import { IdeaPlan } from './IdeaPlan';

type Planned = 'idea' | 'task';

/** What follows from a plan: a run of `start.function`, which makes the row that `made` leads to. */
export interface Following {
  start: { function: 'create_tasks' | 'generate_content'; label: string };
  made: { href: string; label: string; why: string } | null;
}

interface DialogProps<T extends Planned> {
  table: T;
  title: string;
  saved: string;
  id: string | null;
  onClose: () => void;
  following: (row: Details[T]) => Following;
}

export function PlanDialog<T extends Planned>({ id, title, ...rest }: DialogProps<T>) {
  return (
    <Drawer
      opened={id !== null}
      onClose={rest.onClose}
      title={title}
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id && <Opened key={id} id={id} {...rest} />}
    </Drawer>
  );
}

type OpenedProps<T extends Planned> = Omit<DialogProps<T>, 'id' | 'title'> & { id: string };

function Opened<T extends Planned>({ table, saved, id, onClose, following }: OpenedProps<T>) {
  const [editing, setEditing] = useState(false);
  const form = useDraft(table, id, () => {
    tell({ message: saved });
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
        <NextStep {...following(draft)} id={id} onClose={onClose}>
          <Button variant="default" onClick={() => setEditing(true)}>
            Edit the plan
          </Button>
        </NextStep>
      </Stack>
    );
  }
  return (
    <DraftForm form={form} onCancel={editing ? stop : onClose}>
      {draft && <IdeaFields value={draft} onChange={form.change} />}
    </DraftForm>
  );
}

type NextStepProps = Following & { id: string; onClose: () => void; children: ReactNode };

function NextStep({ start, made, id, onClose, children }: NextStepProps) {
  const run = useStartRun();
  if (made) {
    return (
      <Text size="sm">
        {made.why}{' '}
        <Anchor component={Link} size="sm" to={made.href}>
          {made.label}
        </Anchor>
      </Text>
    );
  }
  const go = () => {
    run.start({ function: start.function, selection: [id] });
    onClose();
  };
  return (
    <Group justify="flex-end" gap="xs">
      {children}
      <Button onClick={go} loading={run.starting}>
        {start.label}
      </Button>
    </Group>
  );
}
