// The sections of a planned article: their headings, what each must contain, and their order.
import { ActionIcon, Button, Fieldset, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Schemas } from '../../api/client';

type Section = Schemas['Section'];

interface OutlineProps {
  /** The outline when the editor was opened; give the editor another `key` to start anew. */
  initial: Section[];
  onChange: (outline: Section[]) => void;
}

const MOST = 10;
let numbered = 0;
const withKey = (section: Section) => ({ key: ++numbered, section });

export function OutlineEditor({ initial, onChange }: OutlineProps) {
  const [sections, setSections] = useState(() => initial.map(withKey));
  const set = (next: typeof sections) => {
    setSections(next);
    onChange(next.map((each) => each.section));
  };
  const change = (index: number, part: Partial<Section>) =>
    set(
      sections.map((each, at) =>
        at === index ? { ...each, section: { ...each.section, ...part } } : each,
      ),
    );
  const move = (index: number, by: number) => {
    const next = [...sections];
    next.splice(index + by, 0, ...next.splice(index, 1));
    set(next);
  };
  return (
    <Fieldset legend="Outline">
      <Stack gap="sm" component="ol" p={0} m={0} style={{ listStyle: 'none' }}>
        {sections.map(({ key, section }, index) => (
          <SectionFields
            key={key}
            section={section}
            place={index + 1}
            count={sections.length}
            onChange={(part) => change(index, part)}
            onMove={(by) => move(index, by)}
            onRemove={() => set(sections.filter((each) => each.key !== key))}
          />
        ))}
      </Stack>
      <Button
        mt="sm"
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={sections.length >= MOST}
        onClick={() => set([...sections, withKey({ heading: '', notes: '' })])}
      >
        Add a section
      </Button>
    </Fieldset>
  );
}

interface SectionProps {
  section: Section;
  place: number;
  count: number;
  onChange: (part: Partial<Section>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function SectionFields({ section, place, count, onChange, onMove, onRemove }: SectionProps) {
  const name = `section ${place}`;
  return (
    <li>
      <Group gap={4} wrap="nowrap" align="flex-end">
        <TextInput
          flex={1}
          label={`Heading of ${name}`}
          required
          maxLength={300}
          value={section.heading}
          onChange={(event) => onChange({ heading: event.currentTarget.value })}
        />
        <Step label={`Move ${name} up`} disabled={place === 1} onClick={() => onMove(-1)}>
          <IconArrowUp size={16} />
        </Step>
        <Step label={`Move ${name} down`} disabled={place === count} onClick={() => onMove(1)}>
          <IconArrowDown size={16} />
        </Step>
        <Step label={`Remove ${name}`} disabled={count === 1} onClick={onRemove}>
          <IconTrash size={16} />
        </Step>
      </Group>
      <Textarea
        mt={4}
        aria-label={`What ${name} must contain`}
        placeholder="What it must contain"
        autosize
        minRows={2}
        maxRows={6}
        value={section.notes}
        onChange={(event) => onChange({ notes: event.currentTarget.value })}
      />
    </li>
  );
}

interface StepProps {
  label: string;
  disabled: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Step({ label, disabled, onClick, children }: StepProps) {
  return (
    <ActionIcon
      variant="default"
      size={36}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
