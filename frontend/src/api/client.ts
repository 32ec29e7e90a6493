// The one way to the API: typed by its own description, errors as ProblemError.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Problem = Schemas['ProblemBody'];
export type ErrorPayload = Schemas['ErrorPayload'];

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => globalThis.fetch(request),
  querySerializer: { array: { style: 'form', explode: true } },
});

/** An answer that is not the one asked for. `problem` is the server's text, ready to be shown. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
  }
}

const signedOutListeners = new Set<() => void>();

/** Calls `listener` when an answer says that the session has ended. Returns how to stop that. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** Says that the session has ended, to whoever wants to know. */
export function signedOut(): void {
  for (const listener of signedOutListeners) listener();
}

function own(code: string, status: number, detail: string, hint: string): Problem {
  const none = { error: null, error_id: null, errors: null, moves: null };
  return { ...none, type: 'about:blank', title: code, instance: '', status, code, detail, hint };
}

function problemOf(error: unknown, response: Response): Problem {
  if (typeof error === 'object' && error !== null && 'code' in error) return error as Problem;
  const hint = 'Try again in a moment.';
  return own('unexpected', response.status, `The server answered ${response.status}.`, hint);
}

/** The data of an answer. Throws ProblemError for a problem, and when nothing answers. */
export async function ask<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const answer = await asked.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    const hint = 'Check the connection. What runs on the server goes on.';
    throw new ProblemError(own('unreachable', 0, 'The server does not answer.', hint));
  });
  if (answer.response.ok) return answer.data as T;
  if (answer.response.status === 401) signedOut();
  throw new ProblemError(problemOf(answer.error, answer.response));
}
