/** Everything held about one person, as rows: what somebody who asks for access (GDPR, Art. 15) is given. */

import { type Selectable, sql } from 'kysely';
import type { Instant } from '../core/time.ts';
import { lineage } from './lead-aliases.ts';
import type { Db, HandoffsTable, TouchesTable } from './schema.ts';
import type { LeadAliasesTable } from './schema-people.ts';
import { byEveryChannel } from './suppressions/rows.ts';

export interface Held {
  /** What the person went by before, with what was known under that name. */
  readonly names: readonly Selectable<LeadAliasesTable>[];
  readonly suppressions: readonly {
    readonly subject: string;
    readonly purpose: string;
    readonly until_at: Instant | null;
    readonly reason: string;
    readonly actor: string;
    readonly created_at: Instant;
  }[];
  readonly touches: readonly Selectable<TouchesTable>[];
  readonly handoffs: readonly Selectable<HandoffsTable>[];
  readonly deals: readonly string[];
  readonly inputs: readonly { readonly at: Instant; readonly received_at: Instant; readonly body: string }[];
  readonly milestones: readonly { readonly at: Instant; readonly kind: string; readonly name: string }[];
  readonly preferences: readonly {
    readonly topic: string;
    readonly until_at: Instant | null;
    readonly created_at: Instant;
  }[];
  readonly clicks: readonly { readonly at: Instant; readonly place: string; readonly verdict: string }[];
  readonly notices: readonly { readonly seq: number; readonly recipient: string; readonly at: Instant }[];
  readonly deliveries: readonly {
    readonly kind: string;
    readonly lane: string;
    readonly state: string;
    readonly payload: string;
    readonly due_at: Instant;
    readonly done_at: Instant | null;
  }[];
  /** The state document; null before the first decision. */
  readonly state: string | null;
}

/** Reads what only one person's export needs; leads, consents, tasks, chats and the journal have lists of their own. */
export async function readHeld(db: Db, leadId: string, addresses: readonly string[]): Promise<Held> {
  const leads = await lineage(db, leadId);
  const subjects = [...leads.map((id) => `lead:${id}`), ...addresses.map((address) => `email:${address}`)];
  const state = await db.selectFrom('lead_states').select('state').where('lead_id', '=', leadId).executeTakeFirst();
  const deals = await db.selectFrom('deal_leads').select('deal_id').where('lead_id', '=', leadId).execute();
  return {
    names: await db
      .selectFrom('lead_aliases')
      .selectAll()
      .where('lead_id', '=', leadId)
      .orderBy('created_at')
      .orderBy('alias')
      .execute(),
    suppressions: await db
      .selectFrom('suppressions')
      .select(['subject', 'purpose', 'until_at', 'reason', 'actor', 'created_at'])
      .where(sql<boolean>`subject = any(${subjects.flatMap(byEveryChannel)})`)
      .orderBy('created_at')
      .execute(),
    touches: await db.selectFrom('touches').selectAll().where('lead_id', '=', leadId).orderBy('decided_at').execute(),
    handoffs: await db.selectFrom('handoffs').selectAll().where('lead_id', '=', leadId).orderBy('offered_at').execute(),
    deals: deals.map(({ deal_id }) => deal_id),
    inputs: await db
      .selectFrom('inbox')
      .select(['at', 'received_at', 'body'])
      .where('lead_id', '=', leadId)
      .orderBy('at')
      .orderBy('id')
      .execute(),
    milestones: await db
      .selectFrom('milestones')
      .select(['at', 'kind', 'name'])
      .where('lead_id', '=', leadId)
      .orderBy('at')
      .orderBy('seq')
      .execute(),
    preferences: await db
      .selectFrom('preferences')
      .select(['topic', 'until_at', 'created_at'])
      .where('lead_id', '=', leadId)
      .orderBy('topic')
      .execute(),
    clicks: await db
      .selectFrom('clicks')
      .select(['at', 'place', 'verdict'])
      .where('lead_id', '=', leadId)
      .orderBy('at')
      .execute(),
    notices: await db
      .selectFrom('notices')
      .select(['seq', 'recipient', 'at'])
      .where(sql<boolean>`lead_id = any(${leads})`)
      .orderBy('at')
      .execute(),
    deliveries: await db
      .selectFrom('outbox')
      .select(['kind', 'lane', 'state', 'payload', 'due_at', 'done_at'])
      .where('lead_id', '=', leadId)
      .orderBy('due_at')
      .execute(),
    state: state?.state ?? null,
  };
}
