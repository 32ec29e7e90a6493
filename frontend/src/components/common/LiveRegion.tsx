// The one place that speaks to screen readers on its own: politely, at most each four seconds.
import { useEffect, useState } from 'react';

const QUIET = 4000;

let speak: ((text: string) => void) | null = null;
let waiting: string | null = null;
let last = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says `text` as soon as it may; of texts that come meanwhile only the newest is said. */
export function announce(text: string): void {
  waiting = text;
  if (timer === undefined) timer = setTimeout(say, Math.max(0, last + QUIET - performance.now()));
}

function say(): void {
  timer = undefined;
  if (waiting === null) return;
  last = performance.now();
  speak?.(waiting);
  waiting = null;
}

export function LiveRegion() {
  const [text, setText] = useState('');
  useEffect(() => {
    speak = setText;
    return () => {
      speak = null;
    };
  }, []);
  return (
    <div className="only-read-aloud" role="status" aria-live="polite">
      {text}
    </div>
  );
}
