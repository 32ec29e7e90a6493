// Takes the keywords that are selected to the wizard.
import { Button } from '@mantine/core';
import { useNavigate } from 'react-router';
import { chooseKeywords } from '../../hooks/chosenKeywords';

export function AutomateButton({ ids }: { ids: ReadonlySet<string> }) {
  const navigate = useNavigate();
  const automate = () => {
    chooseKeywords(ids);
    void navigate('/automation');
  };
  return (
    <Button size="compact-md" variant="default" onClick={automate}>
      Automate
    </Button>
  );
}
