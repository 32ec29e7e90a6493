// Signing in by password, or by the one-time link whose token stands behind the #.
import {
  Button,
  Center,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Navigate, useLocation } from 'react-router';
import { ErrorPanel } from '../components/common/ErrorPanel';
import { useSession, useSignIn, useSignInByLink } from '../hooks/useSession';
import icon from '../icon.svg';

/** The token of the address; it is taken out of it at once, so that no history keeps it. */
function takeToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token) window.history.replaceState(window.history.state, '', window.location.pathname);
  return token;
}

export default function SignIn() {
  const [token] = useState(takeToken);
  const session = useSession();
  const byLink = useSignInByLink();
  const asked = useRef(false);
  const { state } = useLocation() as { state: { from?: string } | null };
  const { mutate } = byLink;
  useEffect(() => {
    document.title = 'Sign in · igny8';
    if (token && !asked.current) mutate(token);
    asked.current = true;
  }, [token, mutate]);
  const waiting = token !== null && !byLink.error;
  if (session.data && (!waiting || byLink.isSuccess)) {
    return <Navigate to={state?.from ?? '/'} replace />;
  }
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="lg" w="100%" maw={400}>
        <Stack>
          <Group gap="sm">
            <img src={icon} alt="" width={32} height={32} />
            <Title order={1} size="h2">
              Sign in to igny8
            </Title>
          </Group>
          {byLink.error && <ErrorPanel error={byLink.error} />}
          {waiting ? <Text role="status">Signing you in by your link …</Text> : <PasswordForm />}
        </Stack>
      </Paper>
    </Center>
  );
}

function PasswordForm() {
  const signIn = useSignIn();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ email: String(form.get('email')), password: String(form.get('password')) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {signIn.error && <ErrorPanel error={signIn.error} />}
        <TextInput name="email" type="email" label="E-mail" required autoComplete="username" />
        <PasswordInput name="password" label="Password" required autoComplete="current-password" />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
        <Text size="sm" c="dimmed">
          No password? <code>igny8 user link</code> prints a link that signs you in once.
        </Text>
      </Stack>
    </form>
  );
}
