// What the account has to spend, where it went, and how more is added.
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from './client';
import { keys } from './keys';
import { queryClient } from './queryClient';
import { usePages } from './usePages';

export type Entry = Schemas['Entry'];
export type RunUse = Schemas['RunUse'];

export interface LedgerFilters {
  kind?: Schemas['CreditKind'];
  run_id?: string;
}

export function useCredits() {
  return useQuery({ queryKey: keys.credits, queryFn: () => ask(api.GET('/api/v1/credits')) });
}

/** The ledger, newest first, a page at a time. */
export function useLedger(filters: LedgerFilters) {
  return usePages<Entry, number>(keys.ledger(filters), (after) =>
    ask(api.GET('/api/v1/credits/entries', { params: { query: { ...filters, after } } })),
  );
}

/** What each run has used, newest first, a page at a time. */
export function useUsage() {
  return usePages<RunUse, string>(keys.usage, (after) =>
    ask(api.GET('/api/v1/credits/usage', { params: { query: { after } } })),
  );
}

/** A top-up; the same `key` makes it count once. */
type Added = Schemas['TopUp'] & { key: string };

/** Adds credits, for administrators. */
export function useTopUp() {
  return useMutation({
    mutationFn: ({ key, ...body }: Added) =>
      ask(api.POST('/api/v1/credits/top-up', { body, headers: { 'Idempotency-Key': key } })),
    onSuccess: (credits) => queryClient.setQueryData(keys.credits, credits),
  });
}
