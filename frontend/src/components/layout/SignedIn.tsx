// Lets in who is signed in, follows the account's changes for them, and shows the shell.
import { Center, Loader } from '@mantine/core';
import { useEffect } from 'react';
import { Navigate, useLocation } from 'react-router';
import { onSignedOut } from '../../api/client';
import { leave, type Session, useSession } from '../../hooks/useSession';
import { follow } from '../../realtime/live';
import { ErrorPanel } from '../common/ErrorPanel';
import { Shell } from './Shell';

export function SignedIn() {
  const { data: session, error, isPending, refetch } = useSession();
  const { pathname, search } = useLocation();
  if (isPending) {
    return (
      <Center h="100dvh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (session) return <Following session={session} />;
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  return <Navigate to="/sign-in" replace state={{ from: pathname + search }} />;
}

function Following({ session }: { session: Session }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another user has another stream
  useEffect(() => {
    const stopListening = onSignedOut(leave);
    const stopFollowing = follow();
    return () => {
      stopListening();
      stopFollowing();
    };
  }, [session.user.id]);
  return <Shell session={session} />;
}
