// The steps of a run so far, the newest last; it stays at its end unless someone reads above.
import { useEffect, useRef } from 'react';
import type { Schemas } from '../../api/client';
import { clock } from '../../words';
import classes from './StepLog.module.css';

export function StepLog({ steps }: { steps: Schemas['Step'][] }) {
  const box = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: more steps, more to scroll
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [steps.length]);
  if (steps.length === 0) return null;
  return (
    <ol
      ref={box}
      className={classes.log}
      aria-label="Steps so far"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: log }) => {
        atEnd.current = log.scrollTop + log.clientHeight > log.scrollHeight - 24;
      }}
    >
      {steps.map((step) => (
        <li key={`${step.at} ${step.message}`}>
          <time>{clock(step.at)}</time>
          <span>{step.message}</span>
        </li>
      ))}
    </ol>
  );
}
