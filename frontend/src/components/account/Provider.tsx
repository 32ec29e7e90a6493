// The AI service as it is set, and a button that tries what it can do.
import { Alert, Badge, Button, Code, Group, List, Skeleton, Table, Text } from '@mantine/core';
import { useProvider, useProviderTest } from '../../api/settings';
import { functionName } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { Section } from './Section';

export function Provider({ admin }: { admin: boolean }) {
  const { data, error, refetch } = useProvider();
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  return (
    <Section
      title="AI service"
      about="Set in the environment of the server; igny8 shows it without its secrets."
    >
      {data ? (
        <>
          {data.demo && (
            <Alert variant="outline" color="yellow" py={6} role="note">
              The built-in demo AI service is in use: its articles and images are made up on this
              machine. Set OPENAI_API_KEY and start igny8 again for real ones.
            </Alert>
          )}
          <Facts
            rows={[
              ['Endpoint', data.endpoint],
              ['Key', data.key_set ? 'Set' : 'Not set'],
              ...Object.entries(data.models).map(([name, model]): [string, string] => [
                functionName(name),
                model,
              ]),
              ['Embeddings', data.embedding_model],
              ['Image size', data.image_size],
            ]}
          />
        </>
      ) : (
        <Skeleton h={160} />
      )}
      {admin && <Test />}
    </Section>
  );
}

function Facts({ rows }: { rows: [string, string][] }) {
  return (
    <Table aria-label="AI service" verticalSpacing={6} maw={720}>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={500}>
              {name}
            </Table.Th>
            <Table.Td>
              <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const SIGNS = {
  yes: { color: 'var(--state-good)', word: 'Works' },
  no: { color: 'var(--state-bad)', word: 'Fails' },
  unknown: { color: 'var(--mantine-color-dimmed)', word: 'Not tested' },
};

function Test() {
  const test = useProviderTest();
  return (
    <>
      <Group gap="xs">
        <Button variant="default" onClick={() => test.mutate()} loading={test.isPending}>
          Test the AI service
        </Button>
        <Text size="sm" c="dimmed">
          Makes a few tiny calls; takes up to 45 seconds.
        </Text>
      </Group>
      {test.error && <ErrorPanel error={test.error} />}
      {test.data && (
        <div role="status">
          <List listStyleType="none" spacing={6} aria-label="Findings">
            {test.data.findings.map((found) => {
              const sign = SIGNS[found.ok === null ? 'unknown' : found.ok ? 'yes' : 'no'];
              return (
                <List.Item key={found.name}>
                  <Badge variant="outline" mr={6} c={sign.color} color="gray">
                    {sign.word}
                  </Badge>
                  <strong>{found.name}</strong>: {found.detail}
                  {found.advice && <Text size="sm">{found.advice}</Text>}
                </List.Item>
              );
            })}
          </List>
        </div>
      )}
    </>
  );
}
