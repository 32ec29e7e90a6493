// Which runs are shown in a dialog, from anywhere on any page.
import { useSyncExternalStore } from 'react';
import type { Start } from '../api/runs';
import { warn } from '../components/common/notices';

/** A dialog: of a run, or of a start that was refused and may be tried again. */
export interface Opened {
  runId: string | null;
  /** The start that was asked for, kept so that Retry can do it again. */
  start: Start | null;
  error: Error | null;
}

let opened: Opened | null = null;
const listeners = new Set<() => void>();

function set(next: Opened | null): void {
  opened = next;
  for (const listener of listeners) listener();
}

/** Shows a run in its dialog. */
export function openRun(runId: string): void {
  set({ runId, start: null, error: null });
}

/** Shows why a start was refused, and keeps it for Retry. */
export function openRefused(start: Start, error: Error): void {
  set({ runId: null, start, error });
}

/** Closes the dialog; the run goes on. */
export function closeRun(): void {
  set(null);
}

/** The run whose dialog is open. */
export function openedRun(): string | null {
  return opened?.runId ?? null;
}

export function useOpened(): Opened | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => opened,
  );
}

const KEPT = 'kept for later';

/** What can be tried again is kept while a person buys credits or mends data on another page. */
export function keepForLater(what: Opened, why: string): void {
  const action = { label: 'Back to it', run: () => set(what) };
  warn({ id: what.runId ?? KEPT, message: why, action });
}
