// Short notices. Good news passes and is said politely; what needs a person stays until it is read.
import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';

interface Notice {
  id?: string;
  title?: string;
  message: string;
  /** What to do about it, as a button. */
  action?: { label: string; run: () => void };
}

/** Something went well. */
export function tell(notice: Notice): void {
  notifications.show({ ...body(notice), color: 'green', role: 'status', autoClose: 6000 });
}

/** Something needs a person. */
export function warn(notice: Notice): void {
  notifications.show({ ...body(notice), color: 'red', role: 'alert', autoClose: false });
}

function body({ id = crypto.getRandomValues(new Uint32Array(2)).join('-'), ...notice }: Notice) {
  const { action, title, message } = notice;
  const act = () => {
    notifications.hide(id);
    action?.run();
  };
  return {
    id,
    title,
    message: (
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm">{message}</Text>
        {action && (
          <Button size="compact-sm" variant="light" flex="none" onClick={act}>
            {action.label}
          </Button>
        )}
      </Group>
    ),
    closeButtonProps: { 'aria-label': 'Close this notice' },
  };
}
