// Tells of runs that end while their dialog is closed, in the server's words.
import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import { readProgress } from '../api/runs';
import { tell, warn } from '../components/common/notices';
import { onRun, type Progress, takeProgress } from '../realtime/live';
import { openedRun, openRun } from './openRuns';

const ENDED = ['completed', 'failed', 'cancelled'];

/** Leads to the page of a run. */
type Go = (address: string) => unknown;

export function useRunToasts(): void {
  const navigate = useNavigate();
  useEffect(
    () =>
      onRun((event) => {
        if (ENDED.includes(event.status)) void ended(event.run, navigate);
      }),
    [navigate],
  );
}

async function ended(run: string, go: Go): Promise<void> {
  const progress = await readProgress(run).catch(() => null);
  if (!progress) return;
  takeProgress(progress);
  const page = `/automation/${run}`;
  const seen = openedRun() === run || window.location.pathname === page;
  if (!seen) toast(progress, progress.stages.length > 1 ? () => go(page) : () => openRun(run));
}

function toast(progress: Progress, show: () => unknown): void {
  const action = { label: 'Show', run: show };
  const notice = { id: progress.run_id, title: progress.title, message: progress.message, action };
  if (progress.status === 'failed') warn(notice);
  else tell(notice);
}
