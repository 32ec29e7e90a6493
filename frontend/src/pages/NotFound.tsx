// An address that leads nowhere.
import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { EmptyState } from '../components/common/EmptyState';
import { Page } from '../components/layout/Page';

export default function NotFound() {
  return (
    <Page title="Nothing here">
      <EmptyState
        title="This address leads to no page"
        action={
          <Button component={Link} to="/keywords">
            Go to the keywords
          </Button>
        }
      >
        The row it was about may have been deleted.
      </EmptyState>
    </Page>
  );
}
