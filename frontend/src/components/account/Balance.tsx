// What can be spent, what is held, and what each function costs.
import { Group, Skeleton, Table, Text } from '@mantine/core';
import { useCredits } from '../../api/account';
import { credits as creditsOf, functionName, number } from '../../words';
import { ErrorPanel } from '../common/ErrorPanel';
import { Section } from './Section';

export function Balance() {
  const { data, error, refetch } = useCredits();
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Section title="Balance">
        {data ? (
          <Group gap="xl">
            <Figure name="To spend" value={data.balance} about="Free for the next run." />
            <Figure
              name="Held"
              value={data.held}
              about="Set aside for runs; what they do not use comes back."
            />
          </Group>
        ) : (
          <Skeleton h={60} />
        )}
      </Section>
      <Section title="Prices" about="Only what succeeds is charged.">
        {data ? <Prices prices={data.prices} /> : <Skeleton h={120} />}
      </Section>
    </>
  );
}

function Figure({ name, value, about }: { name: string; value: number; about: string }) {
  return (
    <div>
      <Text size="sm">{name}</Text>
      <Text size="xl" fw={700} data-testid={name}>
        {number(value)}
      </Text>
      <Text size="sm" c="dimmed">
        {about}
      </Text>
    </div>
  );
}

function Prices({ prices }: { prices: Record<string, { credits: number; unit: string }> }) {
  return (
    <Table aria-label="Prices" verticalSpacing={6} maw={480}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Function</Table.Th>
          <Table.Th scope="col">Price</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {Object.entries(prices).map(([name, { credits, unit }]) => (
          <Table.Tr key={name}>
            <Table.Td>{functionName(name)}</Table.Td>
            <Table.Td>{credits === 0 ? 'Free' : `${creditsOf(credits)} per ${unit}`}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
