// Why a change was not saved. When someone else changed the row, both ways out are offered.
import { Button, Group, Text } from '@mantine/core';
import { ErrorPanel } from './ErrorPanel';

interface EditProblemProps {
  edit: { error: Error | null; conflict: boolean };
  /** Loads the row as it is now into the form; what was typed is lost. */
  onReload: () => void;
  /** Saves what was typed over the row as it is now. */
  onOverwrite: () => void;
}

export function EditProblem({ edit, onReload, onOverwrite }: EditProblemProps) {
  if (!edit.error) return null;
  return (
    <ErrorPanel error={edit.error}>
      {edit.conflict && (
        <>
          <Text size="sm">Your text is still here. Copy what you need before you load.</Text>
          <Group gap="xs">
            <Button size="xs" onClick={onReload}>
              Load the new version
            </Button>
            <Button size="xs" variant="default" onClick={onOverwrite}>
              Save mine over it
            </Button>
          </Group>
        </>
      )}
    </ErrorPanel>
  );
}
