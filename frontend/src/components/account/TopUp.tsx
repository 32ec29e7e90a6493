// Adding credits: a form for administrators; members are told whom to ask.
import { Anchor, Button, Group, NumberInput, Text, TextInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { useTopUp } from '../../api/account';
import { newKey } from '../../api/idempotency';
import type { Session } from '../../hooks/useSession';
import { number } from '../../words';
import { confirm } from '../common/confirm';
import { ErrorPanel } from '../common/ErrorPanel';
import { tell } from '../common/notices';
import { Section } from './Section';

const MOST = 1_000_000_000;

export function TopUp({ session }: { session: Session }) {
  const elsewhere = session.purchase_url.startsWith('/') ? null : session.purchase_url;
  return (
    <Section title="Add credits">
      {elsewhere && (
        <Anchor href={elsewhere} target="_blank" rel="noreferrer">
          Purchase Credits
        </Anchor>
      )}
      {session.user.role === 'admin' ? (
        <Form />
      ) : (
        <Text>Ask an administrator of {session.account.name} to add credits.</Text>
      )}
    </Section>
  );
}

function Form() {
  const [amount, setAmount] = useState<number | ''>('');
  const [note, setNote] = useState('');
  const key = useRef(newKey());
  const topUp = useTopUp();
  const changed = () => {
    key.current = newKey(); // what is asked for now is another top-up
    topUp.reset();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (amount === '' || topUp.isPending) return;
    const words = `${number(amount)} ${amount === 1 ? 'credit' : 'credits'}`;
    const agreed = await confirm({
      title: `Add ${words}?`,
      text: 'They can be spent at once. The ledger keeps who added them, and cannot be changed.',
      yes: `Add ${words}`,
      no: 'Do not add',
    });
    if (!agreed) return;
    await topUp.mutateAsync({ amount, note, key: key.current }).then(
      (credits) => {
        tell({ message: `${words} added. To spend now: ${number(credits.balance)}.` });
        changed();
        setAmount('');
        setNote('');
      },
      () => undefined, // the panel shows it; the key stays, so that trying again adds once
    );
  };
  return (
    <form onSubmit={(event) => void submit(event)} aria-label="Add credits">
      <Group gap="sm" align="flex-end">
        <NumberInput
          label="Credits"
          required
          min={1}
          max={MOST}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          hideControls
          value={amount}
          onChange={(value) => {
            setAmount(typeof value === 'number' ? value : '');
            changed();
          }}
          w={160}
        />
        <TextInput
          label="Note in the ledger"
          placeholder="Optional"
          maxLength={200}
          value={note}
          onChange={(event) => {
            setNote(event.currentTarget.value);
            changed();
          }}
          w={260}
        />
        <Button type="submit" loading={topUp.isPending} disabled={amount === ''}>
          Add credits
        </Button>
      </Group>
      {topUp.error && <ErrorPanel error={topUp.error} />}
    </form>
  );
}
