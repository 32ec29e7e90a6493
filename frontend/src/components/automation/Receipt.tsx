// What a cancel or a retry really did, from the server's answer.
import { Alert, List, Text } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { number } from '../../words';
import panel from '../common/ErrorPanel.module.css';
import { items } from './stages';

interface ReceiptProps<Answer> {
  receipt: Answer;
  close: () => void;
}

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);

export function CancelReceipt({ receipt, close }: ReceiptProps<Schemas['Cancelled']>) {
  const facts = [
    `${items(sum(receipt.cancelled))} cancelled`,
    `${number(sum(receipt.completed))} completed and kept`,
    `${number(sum(receipt.failed))} failed`,
    `${number(receipt.released)} ${receipt.released === 1 ? 'credit' : 'credits'} came back`,
  ];
  return (
    <Told title="What the cancel did" close={close}>
      <Text size="sm">{facts.join(' · ')}</Text>
    </Told>
  );
}

const MOST = 5;

export function RetryReceipt({ receipt, close }: ReceiptProps<Schemas['Retried']>) {
  const retried = Object.values(receipt.retried).flat().length;
  const reasons = new Map<string, number>();
  for (const { reason } of receipt.skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return (
    <Told
      title={`${items(retried)} retried, ${number(receipt.skipped.length)} skipped`}
      close={close}
    >
      {reasons.size > 0 && (
        <List size="sm">
          {[...reasons].slice(0, MOST).map(([reason, count]) => (
            <List.Item key={reason}>
              {items(count)}: {reason}
            </List.Item>
          ))}
        </List>
      )}
    </Told>
  );
}

interface ToldProps {
  title: string;
  close: () => void;
  children: React.ReactNode;
}

function Told({ title, close, children }: ToldProps) {
  return (
    <Alert
      variant="outline"
      color="gray"
      role="status"
      py="xs"
      data-testid="receipt"
      title={title}
      classNames={{ title: panel.title ?? '' }}
      withCloseButton
      closeButtonLabel="Close this receipt"
      onClose={close}
    >
      {children}
    </Alert>
  );
}
