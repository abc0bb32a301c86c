/** Whom a message that came in is from: found by what it answers, by the address it came to, or by its sender. */
import { emailIdentity } from '../core/scrub.ts';
import { mergedInto } from './lead-aliases.ts';
import { findLeadIds, getLead, type LeadRecord } from './leads.ts';
import type { Db } from './schema.ts';
import { type Touch, touchByMessage } from './touches.ts';

export interface Traces {
  /** Ids of messages it answers or reports on. */
  readonly messages: readonly string[];
  /** The lead a signed reply address names. */
  readonly addressed: string | undefined;
  /** Addresses to look for when there is nothing better. */
  readonly addresses: readonly string[];
}

export interface Origin {
  readonly lead: LeadRecord;
  /** The email it is about, when that is known. */
  readonly touch?: Touch;
  /** Only who has had mail from here can show the id of one, or the reply address in it. */
  readonly proven: boolean;
}

export async function originOf(db: Db, { messages, addressed, addresses }: Traces): Promise<Origin | null> {
  const touch = await touchByMessage(db, messages);
  const known = touch === null ? null : await getLead(db, touch.leadId);
  if (touch !== null && known !== null) return { lead: known, touch, proven: true };
  const byToken = addressed === undefined ? null : await getLead(db, (await mergedInto(db, addressed)) ?? addressed);
  if (byToken !== null) return { lead: byToken, proven: true };
  const ids = await findLeadIds(
    db,
    addresses.map((email) => ({ email: emailIdentity(email) })),
  );
  const id = ids.find((one) => one !== null);
  const lead = id === undefined || id === null ? null : await getLead(db, id);
  return lead === null ? null : { lead, proven: false };
}
