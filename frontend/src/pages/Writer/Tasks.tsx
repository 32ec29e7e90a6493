import { Page } from '../../components/layout/Page';

export default function Tasks() {
  return <Page title="Tasks">{null}</Page>;
}
