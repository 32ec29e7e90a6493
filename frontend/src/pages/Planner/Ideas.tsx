import { Page } from '../../components/layout/Page';

export default function Ideas() {
  return <Page title="Ideas">{null}</Page>;
}
