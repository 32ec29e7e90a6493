// Frames and events as the API describes them.
import type { Schemas } from '../api/client';

export type Batch = Schemas['Batch'];
export type Resync = Schemas['Resync'];
export type LiveEvent = Batch['events'][number];
export type Frame = Batch | Resync | { type: 'heartbeat'; cursor: string };
