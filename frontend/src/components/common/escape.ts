// Escape closes the dialog on top and no other.
//
// Each open dialog of the widget library listens for Escape by itself: without this, a question
// that is answered by Escape takes the dialog that asked it along.

const OPEN = '[role=dialog][aria-modal=true]';
const CLOSE = '.mantine-Modal-close, .mantine-Drawer-close';

/** Call it before anything is drawn: of the listeners on the window the first one decides. */
export function closeOneDialogAtATime(): void {
  window.addEventListener('keydown', takeEscape, { capture: true });
}

function takeEscape(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.isComposing) return;
  if (document.querySelectorAll(OPEN).length < 2) return;
  const at = document.activeElement;
  if (at?.getAttribute('data-mantine-stop-propagation') === 'true') return; // an open list
  const close = at?.closest(OPEN)?.querySelector<HTMLElement>(CLOSE);
  if (!close) return;
  event.stopImmediatePropagation();
  close.click();
}
