// What a person must know on every page: nobody works, or what is made is not real.
import { Alert } from '@mantine/core';
import { useWorkers } from '../../hooks/useLive';
import type { Session } from '../../hooks/useSession';

export function Banners({ session }: { session: Session }) {
  return (
    <>
      <NoWorker />
      {session.demo && (
        <Alert variant="outline" color="yellow" mb="sm" px="sm" py={6} role="note">
          Demo content: the built-in demo AI service is in use. Set a key for real articles.
        </Alert>
      )}
    </>
  );
}

function NoWorker() {
  const workers = useWorkers();
  if (!workers || (workers.text > 0 && workers.images > 0)) return null;
  const none = workers.text === 0 && workers.images === 0;
  const kind = workers.text === 0 ? 'text' : 'image';
  return (
    <Alert variant="outline" color="orange" mb="sm" py={6} role="status">
      {none ? 'No worker is running' : `No ${kind} worker is running`}: runs wait until one is
      started.
    </Alert>
  );
}
