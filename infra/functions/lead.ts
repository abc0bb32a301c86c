/** The worker of the lead queue as a function. */
import { LEAD_QUEUE } from '../../src/temporal/names.ts';
import { workerOf } from './lambda-worker.ts';

export const handler = workerOf(LEAD_QUEUE);
