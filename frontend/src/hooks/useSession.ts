// Who is signed in. null means that nobody is.
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, ask, ProblemError, type Schemas } from '../api/client';
import { keys } from '../api/keys';
import { queryClient } from '../api/queryClient';

export type Session = Schemas['SessionInfo'];

async function read(): Promise<Session | null> {
  try {
    return await ask(api.GET('/api/v1/session'));
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 401) return null;
    throw error;
  }
}

export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: read, staleTime: Number.POSITIVE_INFINITY });
}

/** Forgets everything of the account before; whoever shows the session hears of the new one. */
async function become(session: Session | null): Promise<void> {
  // An answer that is still on its way knows only the session before.
  await queryClient.cancelQueries({ queryKey: keys.session });
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
  queryClient.setQueryData(keys.session, session);
}

/** Nobody is signed in any more; the sign-in page follows. */
export const leave = () => become(null);

export function useSignIn() {
  return useMutation({
    mutationFn: (body: Schemas['SignIn']) => ask(api.POST('/api/v1/session', { body })),
    onSuccess: become,
  });
}

export function useSignInByLink() {
  return useMutation({
    mutationFn: (token: string) => ask(api.POST('/api/v1/session/link', { body: { token } })),
    onSuccess: become,
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => ask(api.DELETE('/api/v1/session')),
    onSettled: leave,
  });
}
