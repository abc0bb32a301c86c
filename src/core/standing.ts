/** What the colleagues of a lead see of it: as of its last decision, so that nobody has to read its whole state. */
import { z } from 'zod';
import { durationMs } from './duration.ts';
import type { Playbook } from './playbook.ts';
import { engagementOf } from './score.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

export const standingSchema = z.object({
  /** What it has earned itself, at `at`. */
  engagement: z.number(),
  at: z.number().int(),
  /** Its newest signal by a person. */
  last: z.object({ type: z.string(), at: z.number().int() }).optional(),
  /** Disqualified: no longer one of the group. */
  out: z.literal(true).optional(),
});
export type Standing = z.infer<typeof standingSchema>;

/** @param zone the lead's */
export function standingOf(state: LeadState, playbook: Playbook, zone: string): Standing {
  const engagement = engagementOf(state, playbook, state.at, zone);
  const last = lastSignal(state);
  return {
    engagement: Math.round(engagement * 1_000) / 1_000,
    at: state.at,
    ...(last === undefined ? {} : { last }),
    ...(state.disqualified === undefined ? {} : { out: true as const }),
  };
}

function lastSignal({ signals }: LeadState): Standing['last'] {
  let last: Standing['last'];
  for (const [type, { at, machine = [] }] of Object.entries(signals)) {
    const newest = at.findLast((t) => !machine.includes(t));
    if (newest !== undefined && (last === undefined || newest > last.at)) last = { type, at: newest };
  }
  return last;
}

/** What is left at `now` of what the lead had earned when it was last decided about. */
export function engagementAt({ engagement, at }: Standing, playbook: Playbook, now: Instant): number {
  const halfLife = durationMs(playbook.score.engagement.halfLife);
  return now <= at ? engagement : engagement * 0.5 ** ((now - at) / halfLife);
}
