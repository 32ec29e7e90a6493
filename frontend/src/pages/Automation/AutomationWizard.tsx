// The automation: a new run and the history of runs, or one run as it goes.
import { Stack } from '@mantine/core';
import { useParams } from 'react-router';
import { History } from '../../components/automation/History';
import { RunSetup } from '../../components/automation/RunSetup';
import { RunView } from '../../components/automation/RunView';
import { Page } from '../../components/layout/Page';

export default function AutomationWizard() {
  const { id } = useParams();
  if (id) return <RunView key={id} id={id} />;
  return (
    <Page title="Automation">
      <Stack gap="xl">
        <RunSetup />
        <History />
      </Stack>
    </Page>
  );
}
