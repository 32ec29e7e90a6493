// Frames and events as the API describes them.
import type { Schemas } from '../api/client';

type Batch = Schemas['Batch'];
type Resync = Schemas['Resync'];
export type LiveEvent = Batch['events'][number];
export type Frame = Batch | Resync | { type: 'heartbeat'; cursor: string };
