// The cache of what was read. Events say what is out of date, so nothing is read again on a whim.
import { QueryClient } from '@tanstack/react-query';
import { ProblemError } from './client';

const TRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < TRIES && !(error instanceof ProblemError && error.problem.status in REFUSED),
    },
  },
});

/** Statuses that the same question gets again. */
const REFUSED = { 400: true, 401: true, 402: true, 403: true, 404: true, 409: true, 422: true };
