/** The worker of the email queue as a function. */
import { EMAIL_QUEUE } from '../../src/temporal/names.ts';
import { workerOf } from './lambda-worker.ts';

export const handler = workerOf(EMAIL_QUEUE);
