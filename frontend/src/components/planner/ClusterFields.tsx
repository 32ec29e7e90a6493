// The fields of a cluster, for a new one and for one that is changed.
import { Autocomplete, Switch, TextInput } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { INTENTS } from './KeywordFields';

interface FieldsProps {
  value: Schemas['NewCluster'];
  onChange: (part: Partial<Schemas['NewCluster']>) => void;
}

export function ClusterFields({ value, onChange }: FieldsProps) {
  return (
    <>
      <TextInput
        label="Name"
        required
        maxLength={200}
        value={value.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Autocomplete
        label="Intent"
        description="What those who search want"
        maxLength={40}
        data={[...INTENTS]}
        value={value.intent ?? ''}
        onChange={(intent) => onChange({ intent: intent || null })}
      />
      <Switch
        label="Locked: its keywords stay when keywords are clustered again"
        checked={value.locked}
        onChange={(event) => onChange({ locked: event.currentTarget.checked })}
      />
    </>
  );
}
