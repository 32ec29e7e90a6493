// One task: its plan to read, then to change, as long as no article has been written from it.
import type { Details } from '../../api/tables';
import { type Following, PlanDialog } from '../planner/PlanDialog';

interface DialogProps {
  id: string | null;
  onClose: () => void;
}

export function TaskDialog(props: DialogProps) {
  return (
    <PlanDialog
      table="task"
      title="Writer task"
      saved="Task saved"
      following={following}
      {...props}
    />
  );
}

function following(task: Details['task']): Following {
  return {
    start: { function: 'generate_content', label: 'Generate content' },
    made: task.content_id
      ? {
          href: `/content/${task.content_id}`,
          label: 'Open the article',
          why: 'The article is written and is checked against this plan, so the plan stays as it is.',
        }
      : null,
  };
}
