/** Where a worker can be told to die. */
import { ADVANCE_POINTS } from '../../activities/advance.ts';

/** The last one: everything is recorded, and Temporal is not told that the activity has ended. */
export const POINTS = [...ADVANCE_POINTS, 'completing'] as const;
export type Point = (typeof POINTS)[number];
