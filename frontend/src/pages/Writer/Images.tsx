import { Page } from '../../components/layout/Page';

export default function Images() {
  return <Page title="Images">{null}</Page>;
}
