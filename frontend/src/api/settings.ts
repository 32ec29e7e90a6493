// The AI service as it is set, API tokens, the users of the account, and one's own password.
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from './client';
import { keys } from './keys';
import { queryClient } from './queryClient';
import { usePages } from './usePages';

export type User = Schemas['UserRow'];
export type Token = Schemas['TokenRow'];
export type Role = Schemas['Role'];

export function useProvider() {
  return useQuery({
    queryKey: keys.provider,
    queryFn: () => ask(api.GET('/api/v1/settings/provider')),
  });
}

/** Asks the AI service for a little of everything, and says what works. For administrators. */
export function useProviderTest() {
  return useMutation({ mutationFn: () => ask(api.POST('/api/v1/settings/provider/test')) });
}

export function useTokens() {
  return usePages<Token, string>(keys.tokens, (after) =>
    ask(api.GET('/api/v1/tokens', { params: { query: { after } } })),
  );
}

const reread = (queryKey: readonly string[]) => () => queryClient.invalidateQueries({ queryKey });

export function useMakeToken() {
  return useMutation({
    mutationFn: (name: string) => ask(api.POST('/api/v1/tokens', { body: { name } })),
    onSuccess: reread(keys.tokens),
  });
}

export function useRevokeToken() {
  return useMutation({
    mutationFn: (token_id: string) =>
      ask(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id } } })),
    onSettled: reread(keys.tokens),
  });
}

export function useUsers() {
  return usePages<User, string>(keys.users, (after) =>
    ask(api.GET('/api/v1/users', { params: { query: { after } } })),
  );
}

/** Adds a user, changes a role, makes a link, deletes: all for administrators. */
export function useUserMoves() {
  const onSettled = reread(keys.users);
  const at = (user_id: string) => ({ params: { path: { user_id } } });
  const add = useMutation({
    mutationFn: (body: { email: string; role: Role }) =>
      ask(api.POST('/api/v1/users', { body: { ...body, password: null } })),
    onSettled,
  });
  const change = useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) =>
      ask(api.PATCH('/api/v1/users/{user_id}', { ...at(id), body: { role } })),
    onSettled,
  });
  const link = useMutation({
    mutationFn: (id: string) => ask(api.POST('/api/v1/users/{user_id}/link', at(id))),
  });
  const remove = useMutation({
    mutationFn: (id: string) => ask(api.DELETE('/api/v1/users/{user_id}', at(id))),
    onSettled,
  });
  return { add, change, link, remove };
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: Schemas['ChangePassword']) =>
      ask(api.POST('/api/v1/session/password', { body })),
    onSuccess: reread(keys.session),
  });
}
