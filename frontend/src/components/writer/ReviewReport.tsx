// What the final review found: what keeps the article from being ready, then every check with the
// value that was measured, the limit, and the verdict. All sentences are the server's.
import { Alert, Button, Group, List, Stack, Table, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client';
import type { Article } from '../../api/writer';
import { label, number } from '../../words';
import { EmptyState } from '../common/EmptyState';
import { RESULTS } from './contentColumns';
import classes from './ReviewReport.module.css';

type Check = Schemas['Check'];
type Fix = Schemas['Fix'];

const VERDICTS = {
  pass: { word: 'Passed', icon: <IconCheck size={16} aria-hidden /> },
  warn: { word: 'Could be better', icon: <IconAlertTriangle size={16} aria-hidden /> },
  block: { word: 'Needs attention', icon: <IconX size={16} aria-hidden /> },
};
const WORST_FIRST = ['block', 'warn', 'pass'];

interface ReportProps {
  article: Article;
  /** Shows another part of the page. */
  onShow: (tab: string) => void;
}

export function ReviewReport({ article, onShow }: ReportProps) {
  const { report, review } = article;
  if (!report) {
    return (
      <EmptyState title="Not reviewed yet">
        The final review checks length, structure, keywords, meta fields and images. Choose “Review”
        above.
      </EmptyState>
    );
  }
  const ready = report.result === 'ready';
  const checks = [...report.checks].sort(
    (a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict),
  );
  return (
    <Stack gap="md">
      {review?.outdated && (
        <Alert variant="outline" color="yellow" title="This report is outdated">
          The article has changed since. Choose “Review again” above.
        </Alert>
      )}
      <Alert variant="outline" color={ready ? 'green' : 'red'} title={RESULTS[report.result]}>
        {ready && 'Nothing keeps this article from being published.'}
        <List size="sm" spacing="xs" aria-label="What needs attention">
          {report.reasons.map((each) => (
            <List.Item key={`${each.check} ${each.place} ${each.message}`}>
              <Group gap="xs">
                <Text size="sm">{each.message}</Text>
                <Mend fix={each.fix} article={article} onShow={onShow} />
              </Group>
            </List.Item>
          ))}
        </List>
      </Alert>
      <Title order={2} size="h4">
        {number(checks.length)} checks
      </Title>
      <Checks checks={checks} />
    </Stack>
  );
}

/** The way to where the fix is made. */
function Mend({
  fix,
  article,
  onShow,
}: {
  fix: Fix;
  article: Article;
  onShow: (to: string) => void;
}) {
  const looks = { size: 'compact-sm', variant: 'light' } as const;
  const to = {
    edit_plan: `/tasks?id=${article.task_id}`,
    write_again: `/tasks?id=${article.task_id}`,
    compare: `/content/${fix.target}`,
  }[fix.kind as string];
  if (to) {
    return (
      <Button component={Link} to={to} {...looks}>
        {fix.label}
      </Button>
    );
  }
  const images = ['edit_alt', 'prompt_images_again', 'draw_again'].includes(fix.kind);
  return (
    <Button onClick={() => onShow(images ? 'images' : 'edit')} {...looks}>
      {fix.label}
    </Button>
  );
}

function Checks({ checks }: { checks: Check[] }) {
  return (
    <div className={classes.checks}>
      <Table verticalSpacing="xs" aria-label="Checks of the final review">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Verdict</Table.Th>
            <Table.Th>Check</Table.Th>
            <Table.Th>Where</Table.Th>
            <Table.Th>Value</Table.Th>
            <Table.Th>Limit</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {checks.map((check) => (
            <Table.Tr key={`${check.name} ${check.place}`} data-verdict={check.verdict}>
              <Table.Td>
                <span className={classes.verdict} data-verdict={check.verdict}>
                  {VERDICTS[check.verdict].icon}
                  {VERDICTS[check.verdict].word}
                </span>
              </Table.Td>
              <Table.Td className={classes.name}>{label(check.name)}</Table.Td>
              <Table.Td data-name="Where">{check.place}</Table.Td>
              <Table.Td data-name="Value">
                {typeof check.value === 'number' ? number(check.value) : check.value}
              </Table.Td>
              <Table.Td data-name="Limit">{check.limit}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
