// Moving through a table by keyboard: one row of it takes part in the order of Tab.
import { type KeyboardEvent, useState } from 'react';
import type { Selection } from './useSelection';

const PAGE = 10;

export interface TableKeys {
  /** The row that Tab leads to. */
  active: number;
  /** The row that takes the focus now, because a key moved there. */
  focused: number | null;
  activate: (index: number) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

export function useTableKeys(
  ids: string[],
  selection: Selection,
  open: ((id: string) => void) | undefined,
  show: (index: number) => void,
): TableKeys {
  const [place, setPlace] = useState({ active: 0, moved: false });
  const active = Math.min(place.active, Math.max(0, ids.length - 1));
  const move = (index: number, range: boolean) => {
    const to = Math.max(0, Math.min(ids.length - 1, index));
    const id = ids[to];
    if (range && id && !selection.ids.has(id)) selection.toggle(id, true);
    show(to);
    setPlace({ active: to, moved: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.closest('[role=row]') === null || target.closest('[role=columnheader]')) return;
    if (target.closest('a, button, input:not([type=checkbox]), textarea, select')) return;
    const id = ids[active];
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + PAGE,
      PageUp: active - PAGE,
      Home: 0,
      End: ids.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) move(to, event.shiftKey);
    else if (event.key === ' ' && id) selection.toggle(id, event.shiftKey);
    else if (event.key === 'Enter' && id && open) open(id);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selection.selectAll();
    else if (event.key === 'Escape') selection.clear();
    else return;
    event.preventDefault();
  };
  return {
    active,
    focused: place.moved ? active : null,
    activate: (index) => setPlace({ active: index, moved: false }),
    onKeyDown,
  };
}
