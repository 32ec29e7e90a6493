import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

export default function NotFound() {
  return (
    <Stack gap="xs">
      <Title order={1} size="h2">
        Nothing here
      </Title>
      <Text>This address leads to no page. The row it was about may have been deleted.</Text>
      <Anchor component={Link} to="/keywords">
        Go to the keywords
      </Anchor>
    </Stack>
  );
}
