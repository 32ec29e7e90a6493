// What the account has to spend.
import { useQuery } from '@tanstack/react-query';
import { api, ask } from './client';
import { keys } from './keys';

export function useCredits() {
  return useQuery({ queryKey: keys.credits, queryFn: () => ask(api.GET('/api/v1/credits')) });
}
