// Trying failed items of a stage again: one, those that are ticked, or all of them.
import { useCallback, useState } from 'react';
import { type Retried, useRunMoves } from '../api/runs';

export interface Retry {
  one: (item: string) => void;
  selected: () => void;
  all: () => void;
  retrying: boolean;
  chosen: ReadonlySet<string>;
  toggle: (item: string) => void;
  clear: () => void;
  /** What the last retry really did. */
  receipt: Retried | undefined;
  forget: () => void;
  error: Error | null;
}

export function useRetry(run: string, stage: number): Retry {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { retry } = useRunMoves(run);
  const again = (items: string[] | null) =>
    retry.mutate({ stage, items }, { onSuccess: () => setChosen(new Set()) });
  return {
    one: (item) => again([item]),
    selected: () => again([...chosen]),
    all: () => again(null),
    retrying: retry.isPending,
    chosen,
    toggle: (item) =>
      setChosen((before) => {
        const next = new Set(before);
        if (!next.delete(item)) next.add(item);
        return next;
      }),
    clear: useCallback(() => setChosen(new Set()), []),
    receipt: retry.data,
    forget: retry.reset,
    error: retry.error,
  };
}
