// Asks before something that cannot be undone, and says what it will do.
import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';

interface Question {
  title: string;
  /** What will happen, and what will stay. */
  text: string;
  /** The word on the button that does it, as in "Delete 3 keywords". */
  yes: string;
  no?: string;
  danger?: boolean;
}

/** Resolves to whether the person agreed. The focus goes back to where it was. */
export function confirm({ title, text, yes, no = 'Keep', danger }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{text}</Text>,
      labels: { confirm: yes, cancel: no },
      closeButtonProps: { 'aria-label': 'Close' },
      confirmProps: danger ? { color: 'red' } : {},
      onConfirm: () => resolve(true),
      onCancel: () => resolve(false),
      onClose: () => resolve(false),
    });
  });
}
