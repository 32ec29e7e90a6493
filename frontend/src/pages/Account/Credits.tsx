// What can be spent, what things cost, where credits went, and how more are added.
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect } from 'react';
import { useCredits } from '../../api/account';
import { queryClient } from '../../api/queryClient';
import { Balance } from '../../components/account/Balance';
import { Ledger } from '../../components/account/Ledger';
import { TopUp } from '../../components/account/TopUp';
import { Usage } from '../../components/account/Usage';
import { Page } from '../../components/layout/Page';
import { useSession } from '../../hooks/useSession';

const CALM = 1000;

export default function Credits() {
  const session = useSession();
  useFreshLists();
  return (
    <Page title="Credits">
      <Balance />
      {session.data && <TopUp session={session.data} />}
      <Usage />
      <Ledger />
    </Page>
  );
}

/** Ledger and use are read again when the balance has moved, not with each of its moves. */
function useFreshLists(): void {
  const [read] = useDebouncedValue(useCredits().dataUpdatedAt, CALM);
  useEffect(() => {
    if (!read) return;
    void queryClient.invalidateQueries({ queryKey: ['ledger'] });
    void queryClient.invalidateQueries({ queryKey: ['usage'] });
  }, [read]);
}
