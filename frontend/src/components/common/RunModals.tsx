// The dialog of the run that is open: images have their own, all others share one.
import { useProgressModal } from '../../hooks/useProgressModal';
import { ImageQueue } from './ImageQueueModal';
import { ProgressModal } from './ProgressModal';

export function RunModals() {
  const state = useProgressModal();
  const images = state.progress?.function === 'generate_images' && state.progress.run_id;
  return (
    <ProgressModal state={state}>
      {images && state.progress && <ImageQueue progress={state.progress} />}
    </ProgressModal>
  );
}
