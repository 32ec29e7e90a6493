// Starts a run over rows and opens its dialog; a refusal opens there, too, with its next step.
import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { newKey } from '../api/idempotency';
import { keys } from '../api/keys';
import { queryClient } from '../api/queryClient';
import { type Start, startRun } from '../api/runs';
import { openRefused, openRun } from './openRuns';

export function useStartRun() {
  const attempt = useRef(newKey());
  const started = useMutation({
    mutationFn: (start: Start) => startRun(start, attempt.current),
    onSuccess: (run) => {
      openRun(run.id);
      void queryClient.invalidateQueries({ queryKey: keys.activeRuns });
    },
    onError: (error, start) => openRefused(start, error),
    onSettled: () => {
      attempt.current = newKey();
    },
  });
  return { start: started.mutate, starting: started.isPending };
}
