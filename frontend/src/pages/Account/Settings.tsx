import { Page } from '../../components/layout/Page';

export default function Settings() {
  return <Page title="Settings">{null}</Page>;
}
