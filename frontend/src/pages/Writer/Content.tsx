import { Page } from '../../components/layout/Page';

export default function Content() {
  return <Page title="Content">{null}</Page>;
}
