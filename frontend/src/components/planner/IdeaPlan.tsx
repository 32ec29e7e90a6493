// The plan of an article, to be read.
import { Anchor, Badge, Group, List, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { Rows } from '../../api/tables';
import { label, number } from '../../words';
import { StatusBadge } from '../common/StatusBadge';
import type { Plan } from './IdeaFields';

type Planned = Plan &
  Pick<Rows['idea'], 'generation_status' | 'demo' | 'cluster_id' | 'cluster_name'>;

export function IdeaPlan({ idea }: { idea: Planned }) {
  return (
    <Stack gap="sm">
      <Title order={3} size="h4">
        {idea.title}
      </Title>
      <Group gap="sm" fz="sm">
        <StatusBadge status={idea.generation_status} />
        <Text size="sm" c="dimmed">
          {label(idea.content_type)} · {number(idea.target_words)} words · {idea.language}
          {idea.demo && ' · demo content'}
        </Text>
      </Group>
      {idea.summary && <Text size="sm">{idea.summary}</Text>}
      <Text size="sm">
        Cluster:{' '}
        <Anchor component={Link} size="sm" to={`/clusters?id=${idea.cluster_id}`}>
          {idea.cluster_name}
        </Anchor>
      </Text>
      <Group gap={6} aria-label="Keywords of this plan" role="group">
        <Badge variant="outline" tt="none">
          {idea.primary_keyword || 'No primary keyword'}
        </Badge>
        {idea.secondary_keywords.map((each) => (
          <Badge key={each} variant="default" tt="none">
            {each}
          </Badge>
        ))}
      </Group>
      <Title order={4} size="h5">
        Outline
      </Title>
      {idea.outline.length === 0 && <Text size="sm">It has no sections yet.</Text>}
      <List type="ordered" size="sm" spacing="xs" aria-label="Outline">
        {idea.outline.map((section) => (
          <List.Item key={section.heading}>
            <Text size="sm" fw={600}>
              {section.heading}
            </Text>
            {section.notes && (
              <Text size="sm" c="dimmed">
                {section.notes}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
