import { Page } from '../../components/layout/Page';

export default function Credits() {
  return <Page title="Credits">{null}</Page>;
}
