// The AI service, access for scripts and people, and oneself.
import { Password } from '../../components/account/Password';
import { Provider } from '../../components/account/Provider';
import { Tokens } from '../../components/account/Tokens';
import { Users } from '../../components/account/Users';
import { Page } from '../../components/layout/Page';
import { useSession } from '../../hooks/useSession';

export default function Settings() {
  const session = useSession().data;
  if (!session) return null;
  const admin = session.user.role === 'admin';
  return (
    <Page title="Settings">
      <Provider admin={admin} />
      <Tokens />
      {admin && <Users />}
      <Password session={session} />
    </Page>
  );
}
