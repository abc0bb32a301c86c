/** Telling leads of suppressions: their guards are bumped and each gets an input. Nudge them after the commit. */
import type { InputBody } from '../../core/input.ts';
import type { Instant } from '../../core/time.ts';
import { bumpGuards } from '../guards.ts';
import { putInputs } from '../inbox.ts';
import type { Db } from '../schema.ts';
import type { NewSuppression } from './rows.ts';

/** Leads of one INSERT into the inbox. */
const CHUNK = 500;

/** A lead, and a suppression that is about it. */
export interface Told {
  readonly leadId: string;
  readonly of: NewSuppression;
}

/** @returns each lead once */
export async function tell(tx: Db, told: readonly Told[], now: Instant): Promise<readonly string[]> {
  const leadIds = [...new Set(told.map(({ leadId }) => leadId))];
  await bumpGuards(tx, leadIds);
  await put(
    tx,
    told.map(({ leadId, of: { reason, purpose, by, ...about } }) => {
      const channel = about.channel ?? (about.phone === undefined ? 'email' : 'phone');
      return {
        leadId,
        body: {
          kind: 'suppressed' as const,
          reason,
          ...(purpose === undefined ? {} : { purpose }),
          ...(channel === 'email' ? {} : { channel }),
          by,
        },
      };
    }),
    now,
  );
  return leadIds;
}

export async function putForAll(tx: Db, leadIds: readonly string[], now: Instant, body: InputBody): Promise<void> {
  await put(
    tx,
    leadIds.map((leadId) => ({ leadId, body })),
    now,
  );
}

async function put(tx: Db, inputs: readonly { leadId: string; body: InputBody }[], now: Instant): Promise<void> {
  for (let from = 0; from < inputs.length; from += CHUNK) {
    const chunk = inputs.slice(from, from + CHUNK).map((input) => ({ ...input, at: now }));
    await putInputs(tx, chunk, now);
  }
}
