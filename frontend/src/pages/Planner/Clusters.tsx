import { Page } from '../../components/layout/Page';

export default function Clusters() {
  return <Page title="Clusters">{null}</Page>;
}
