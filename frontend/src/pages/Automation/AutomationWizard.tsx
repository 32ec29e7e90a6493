import { Page } from '../../components/layout/Page';

export default function AutomationWizard() {
  return <Page title="Automation">{null}</Page>;
}
