/** Parts of the behaviour file's schema that its sections share. */
import { z } from 'zod';
import { durationMs } from './duration.ts';
import { object } from './shape.ts';

const DURATION_EXPECTED = 'an ISO 8601 duration, such as "PT4H" or "P3D"';
export const duration = z.string({ error: DURATION_EXPECTED }).refine((text) => {
  try {
    return durationMs(text) >= 0;
  } catch {
    return false;
  }
}, DURATION_EXPECTED);

export const listOf = <T extends z.ZodType>(item: T, expected: string, min = 0) =>
  z.array(item, { error: expected }).min(min, { error: expected });
export const number = (expected: string, max = Number.MAX_SAFE_INTEGER) =>
  z.number({ error: expected }).min(0, { error: expected }).max(max, { error: expected });
export const name = (expected: string) => z.string({ error: expected }).min(1, { error: expected });

/** Evenly drawn between the two. */
export const delay = object({ from: duration, to: duration }, 'a delay, such as { from: PT1H, to: P2D }');
export const chance = number('a chance from 0 to 1, such as 0.25', 1);
export const weight = number('a weight of 0 or more, beside the others of its list');
export const signal = name('a signal of the playbook');
export const reason = name('a return of the playbook');

const REPLY_EXPECTED = 'a kind of reply: "positive", "not-now", "out-of-office" or "auto"';
export const replyKind = z.enum(['positive', 'not-now', 'out-of-office', 'auto'], { error: REPLY_EXPECTED });
