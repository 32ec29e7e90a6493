// Tells of runs that end while their dialog is closed, in the server's words.
import { useEffect } from 'react';
import { readProgress } from '../api/runs';
import { tell, warn } from '../components/common/notices';
import { onRun, type Progress, takeProgress } from '../realtime/live';
import { openedRun, openRun } from './openRuns';

const ENDED = ['completed', 'failed', 'cancelled'];

export function useRunToasts(): void {
  useEffect(
    () =>
      onRun((event) => {
        if (ENDED.includes(event.status)) void ended(event.run);
      }),
    [],
  );
}

async function ended(run: string): Promise<void> {
  const progress = await readProgress(run).catch(() => null);
  if (!progress) return;
  takeProgress(progress);
  if (openedRun() !== run) toast(progress);
}

function toast(progress: Progress): void {
  const action = { label: 'Show', run: () => openRun(progress.run_id) };
  const notice = { id: progress.run_id, title: progress.title, message: progress.message, action };
  if (progress.status === 'failed') warn(notice);
  else tell(notice);
}
