// One idea: its plan to read, then to change, as long as no task has been made of it.
import type { Details } from '../../api/tables';
import { type Following, PlanDialog } from './PlanDialog';

interface DialogProps {
  id: string | null;
  onClose: () => void;
}

export function IdeaDialog(props: DialogProps) {
  return (
    <PlanDialog table="idea" title="Idea" saved="Idea saved" following={following} {...props} />
  );
}

function following(idea: Details['idea']): Following {
  return {
    start: { function: 'create_tasks', label: 'Send to writer' },
    made: idea.task_id
      ? {
          href: `/tasks?id=${idea.task_id}`,
          label: 'Open the task',
          why: 'This idea has become a task, which carries a plan of its own.',
        }
      : null,
  };
}
