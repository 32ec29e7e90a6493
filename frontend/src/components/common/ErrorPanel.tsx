// An error in full: what happened, where, what it cost, and the next step as a button.
// All texts are the server's.
import { Alert, Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { type ErrorPayload, type Problem, ProblemError } from '../../api/client';
import classes from './ErrorPanel.module.css';

interface ErrorPanelProps {
  /** What a request threw, or the payload of a run or an item. */
  error: Error | ErrorPayload;
  onRetry?: (() => void) | undefined;
  retryLabel?: string;
  retrying?: boolean;
  /** Called before the next step leads to another page. */
  onLeave?: () => void;
  /** Where it stopped and what it cost, from the server's counts. */
  children?: ReactNode;
}

const NO_HREF: Record<string, string> = {
  purchase_credits: '/credits',
  open_settings: '/settings',
};

export function ErrorPanel(props: ErrorPanelProps) {
  const { error, onRetry, children } = props;
  const problem = error instanceof ProblemError ? error.problem : null;
  const payload = error instanceof Error ? (problem?.error ?? null) : error;
  const title = payload?.user_message ?? problem?.detail ?? String(error);
  return (
    <Alert
      variant="outline"
      color="red"
      role="alert"
      title={title}
      icon={<IconAlertTriangle aria-hidden />}
      classNames={{ title: classes.title ?? '' }}
    >
      <Stack gap="xs" align="flex-start">
        {problem?.hint && <Text size="sm">{problem.hint}</Text>}
        <Fields problem={problem} />
        {children}
        <Group gap="xs">
          {payload && payload.action.kind !== 'retry' && (
            <NextStep action={payload.action} onLeave={props.onLeave} />
          )}
          {onRetry && (
            <Button size="xs" variant="default" onClick={onRetry} loading={props.retrying ?? false}>
              {props.retryLabel ?? 'Retry'}
            </Button>
          )}
        </Group>
        <ErrorId id={payload?.error_id ?? problem?.error_id} />
      </Stack>
    </Alert>
  );
}

/** The button that leads to where the error can be mended. */
export function NextStep({
  action,
  onLeave,
  small = false,
}: {
  action: ErrorPayload['action'];
  onLeave?: (() => void) | undefined;
  /** For lists, where a strong button in each entry would be too much. */
  small?: boolean;
}) {
  const href = action.href ?? NO_HREF[action.kind];
  if (!href) return null;
  const looks = small
    ? ({ size: 'compact-xs', variant: 'light' } as const)
    : ({ size: 'xs' } as const);
  return href.startsWith('/') ? (
    <Button {...looks} component={Link} to={href} onClick={onLeave}>
      {action.label}
    </Button>
  ) : (
    <Button {...looks} component="a" href={href} target="_blank" rel="noreferrer">
      {action.label}
    </Button>
  );
}

function Fields({ problem }: { problem: Problem | null }) {
  if (!problem?.errors?.length) return null;
  return (
    <List size="sm">
      {problem.errors.map((each) => (
        <List.Item key={each.field + each.message}>
          <strong>{each.field}</strong>: {each.message}
        </List.Item>
      ))}
    </List>
  );
}

function ErrorId({ id }: { id: string | null | undefined }) {
  if (!id) return null;
  return (
    <Text size="xs" c="dimmed">
      Error id {id}
    </Text>
  );
}

/** A problem in one line, with a way to try again, where a panel would be too much. */
export function ErrorLine({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <Text size="sm" role="alert">
      {error.message}{' '}
      <Anchor component="button" type="button" size="sm" onClick={onRetry}>
        Try again
      </Anchor>
    </Text>
  );
}
