// A run as a person sets it up: what goes in, the options, what it will take, and its start.
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, ask, type Schemas } from '../api/client';
import { newKey } from '../api/idempotency';
import { keys } from '../api/keys';
import { queryClient } from '../api/queryClient';
import { type Start, startRun } from '../api/runs';
import { fetchIds } from '../api/tables';
import { chooseKeywords, chosenKeywords } from './chosenKeywords';

const PATIENCE = 400;

export interface Setup {
  source: 'all_new' | 'filter' | 'chosen';
  /** Narrows the new keywords down when `source` is `filter`. */
  filters: { q: string; intent: string };
  first: number;
  last: number;
  order: Schemas['RunOrder'];
  options: Schemas['RunOptions'];
  /** Null leaves it to the server. */
  concurrency: number | null;
}

const OPTIONS: Schemas['RunOptions'] = {
  granularity: 'need',
  ideas_per_cluster: 2,
  target_words: 1000,
  images_per_article: 2,
  language: 'en',
};

function fresh(): Setup {
  return {
    source: chosenKeywords().length > 0 ? 'chosen' : 'all_new',
    filters: { q: '', intent: '' },
    first: 1,
    last: 7,
    order: 'stage_by_stage',
    options: OPTIONS,
    concurrency: null,
  };
}

export function useRunSetup() {
  const [setup, setSetup] = useState(fresh);
  const [settled] = useDebouncedValue(setup, PATIENCE);
  const matching = useMatching(settled);
  const start = startOf(settled, matching.data?.ids);
  const estimate = useQuery({
    queryKey: [...keys.runs, 'estimate', start],
    enabled: start !== null,
    staleTime: 0,
    placeholderData: (before) => before,
    queryFn: () => ask(api.POST('/api/v1/runs/estimate', { body: start as Schemas['StartRun'] })),
  });
  return {
    setup,
    change: (more: Partial<Setup>) => setSetup((before) => ({ ...before, ...more })),
    matching,
    estimate,
    /** Whether the estimate is of what is chosen now. */
    current: settled === setup && !estimate.isFetching,
    ...useStart(start),
    startable: start !== null && settled === setup,
  };
}

/** The new keywords that match, when they are chosen by a filter. */
function useMatching({ source, first, filters }: Setup) {
  const set = Object.entries(filters).filter(([, value]) => value);
  const query = { status: 'new', ...Object.fromEntries(set) };
  return useQuery({
    queryKey: [...keys.rows('keyword'), 'ids', query],
    enabled: source === 'filter' && first === 1,
    staleTime: 0,
    queryFn: () => fetchIds('keyword', query),
  });
}

/** What the API is asked for; null while it is not known or nothing is chosen. */
function startOf(setup: Setup, matching: string[] | undefined): Start | null {
  const selection = setup.first === 1 ? selectionOf(setup, matching) : 'all_new';
  if (selection === null) return null;
  return {
    first_stage: setup.first,
    last_stage: setup.last,
    selection,
    options: setup.options,
    order: setup.order,
    concurrency: setup.concurrency,
  };
}

function selectionOf(setup: Setup, matching: string[] | undefined): Start['selection'] | null {
  if (setup.source === 'all_new') return 'all_new';
  const ids = setup.source === 'chosen' ? [...chosenKeywords()] : matching;
  return ids && ids.length > 0 ? ids : null;
}

/** Starts the run and leads to it. All clicks until the answer is there are one attempt. */
function useStart(start: Start | null) {
  const navigate = useNavigate();
  const attempt = useRef(newKey());
  const asked = JSON.stringify(start);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is another attempt
  useEffect(() => {
    attempt.current = newKey();
  }, [asked]);
  const started = useMutation({
    mutationFn: (wanted: Start) => startRun(wanted, attempt.current),
    onSuccess: (run) => {
      chooseKeywords([]);
      void queryClient.invalidateQueries({ queryKey: keys.runs });
      void navigate(`/automation/${run.id}`);
    },
    onError: () => {
      attempt.current = newKey();
    },
  });
  return {
    begin: () => start && started.mutate(start),
    beginning: started.isPending,
    refused: started.error,
  };
}

export type RunSetupState = ReturnType<typeof useRunSetup>;
