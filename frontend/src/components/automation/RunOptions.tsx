// The options of a run, each with what it does. Limits are the API's.
import { NativeSelect, NumberInput } from '@mantine/core';
import { useState } from 'react';
import type { RunSetupState, Setup } from '../../hooks/useRunSetup';
import classes from './RunSetup.module.css';

type Options = Setup['options'];

const GRANULARITY = [
  { value: 'need', label: 'One need of a reader' },
  { value: 'topic', label: 'One topic' },
  { value: 'broad', label: 'Broad subjects' },
];

const CODES =
  'en de fr es it pt nl pl cs sk hu ro bg el sv da nb fi et lv lt tr ru uk ar he hi ja ko zh';
const NAMES = new Intl.DisplayNames(['en'], { type: 'language' });
const LANGUAGES = CODES.split(' ').map((value) => ({ value, label: NAMES.of(value) ?? value }));

interface NumberOption {
  name: 'ideas_per_cluster' | 'target_words' | 'images_per_article';
  label: string;
  description: string;
  min: number;
  max: number;
  step?: number;
}

const NUMBERS: NumberOption[] = [
  {
    name: 'ideas_per_cluster',
    label: 'Ideas per cluster',
    description: 'Each idea becomes an article. 1 to 10.',
    min: 1,
    max: 10,
  },
  {
    name: 'target_words',
    label: 'Words per article',
    description: 'The length to write to. 200 to 5,000.',
    min: 200,
    max: 5000,
    step: 100,
  },
  {
    name: 'images_per_article',
    label: 'Images in the article',
    description: 'In addition to its featured image. 0 to 10.',
    min: 0,
    max: 10,
  },
];

export function RunOptions({ state: { setup, change } }: { state: RunSetupState }) {
  const { options, concurrency } = setup;
  const set = (more: Partial<Options>) => change({ options: { ...options, ...more } });
  return (
    <div className={classes.options}>
      <NativeSelect
        label="A cluster is"
        description="How fine keywords are grouped."
        value={options.granularity}
        onChange={({ currentTarget: { value } }) =>
          set({ granularity: value as Options['granularity'] })
        }
        data={GRANULARITY}
      />
      {NUMBERS.map(({ name, ...field }) => (
        <NumberField
          key={name}
          {...field}
          value={options[name]}
          change={(value) => value !== null && set({ [name]: value })}
        />
      ))}
      <NativeSelect
        label="Language"
        description="What the articles are written in."
        value={options.language}
        onChange={({ currentTarget: { value } }) => set({ language: value })}
        data={LANGUAGES}
      />
      <NumberField
        label="At once"
        description="Items at work at the same time. Empty: the server's setting."
        placeholder="Server's setting"
        min={1}
        max={1000}
        value={concurrency}
        change={(value) => change({ concurrency: value })}
      />
    </div>
  );
}

interface NumberFieldProps {
  label: string;
  description: string;
  placeholder?: string;
  min: number;
  max: number;
  step?: number;
  value: number | null;
  /** Called with numbers within the limits, and with null for an empty field. */
  change: (value: number | null) => void;
}

/** Keeps what is being typed; only what is within the limits counts. */
function NumberField({ value, change, ...field }: NumberFieldProps) {
  const [typed, setTyped] = useState<number | string>(value ?? '');
  return (
    <NumberInput
      {...field}
      clampBehavior="blur"
      allowDecimal={false}
      allowNegative={false}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        if (next === '') change(null);
        if (typeof next === 'number' && next >= field.min && next <= field.max) change(next);
      }}
      onBlur={() => typed === '' && setTyped(value ?? '')}
    />
  );
}
