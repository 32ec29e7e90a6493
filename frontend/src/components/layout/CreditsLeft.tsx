// What can be spent, as a link to where it went.
import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { useCredits } from '../../api/account';
import { useKeyed } from '../../hooks/useLive';
import { facts } from '../../realtime/live';

export function CreditsLeft() {
  const credits = useCredits();
  const pushed = useKeyed(facts, 'balance') as number | undefined;
  const balance = pushed ?? credits.data?.balance;
  if (balance === undefined) return null;
  return (
    <Anchor component={Link} to="/credits" size="sm" visibleFrom="xs" c="inherit">
      {balance.toLocaleString('en')} {balance === 1 ? 'credit' : 'credits'}
    </Anchor>
  );
}
