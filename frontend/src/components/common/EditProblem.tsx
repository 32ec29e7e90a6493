// Why a change was not saved. When someone else changed the row, what stands there now is shown
// beside what was typed, and both ways out are offered.
import { Button, Group, Text } from '@mantine/core';
import type { Clash } from '../../hooks/useDraft';
import { label } from '../../words';
import classes from './EditProblem.module.css';
import { ErrorPanel } from './ErrorPanel';

interface EditProblemProps {
  error: Error | null;
  /** Null when nobody else changed the row, or as long as it is being read. */
  clashes: Clash[] | null;
  /** Shows the row as it is now; what was typed is lost. */
  onDiscard: () => void;
  /** Saves what was typed over the row as it is now. */
  onOverwrite: () => void;
}

export function EditProblem({ error, clashes, onDiscard, onOverwrite }: EditProblemProps) {
  if (!error) return null;
  return (
    <ErrorPanel error={error}>
      {clashes && (
        <>
          {clashes.length > 0 ? <Clashes clashes={clashes} /> : <OtherFields />}
          <Group gap="xs">
            <Button size="xs" onClick={onDiscard}>
              Load the new version
            </Button>
            <Button size="xs" variant="default" onClick={onOverwrite}>
              Save mine over it
            </Button>
          </Group>
        </>
      )}
    </ErrorPanel>
  );
}

function OtherFields() {
  return <Text size="sm">Other fields were changed than yours: saving yours keeps both.</Text>;
}

function Clashes({ clashes }: { clashes: Clash[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.box} aria-label="Both versions" tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">As it is now</th>
            <th scope="col">As you typed it</th>
          </tr>
        </thead>
        <tbody>
          {clashes.map(({ field, now, typed }) => (
            <tr key={field}>
              <th scope="row">{NAMES[field] ?? label(field)}</th>
              <td>{shown(now)}</td>
              <td>{shown(typed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Fields whose forms call them otherwise than the API does. */
const NAMES: Record<string, string> = {
  text: 'Keyword',
  volume: 'Searches a month',
  cpc: 'Cost per click',
  body: 'Text in Markdown',
  alt: 'Alternative text',
};

/** A value as text: a list one below the other, a section as its heading and notes. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'empty';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(shown).join('\n') || 'empty';
  if (typeof value === 'object') return Object.values(value).filter(Boolean).join(': ');
  return String(value);
}
