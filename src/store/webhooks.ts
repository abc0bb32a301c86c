/** Endpoints of others that are told of events, and what became of what was sent to each. */
import type { Selectable } from 'kysely';
import { DAY, type Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import { type Delivery, type DeliveryState, toDelivery } from './outbox.ts';
import type { Db } from './schema.ts';
import type { WebhooksTable } from './schema-outbox.ts';
import { at, date, dateOrNull, newId, readJson } from './values.ts';
import { eventsSchema, WEBHOOK } from './webhook-events.ts';

export type DisabledWhy = 'gone' | 'failing' | 'person';

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly disabledWhy: DisabledWhy | null;
  /** Since when nothing has arrived there. */
  readonly failingSince: Instant | null;
  readonly secretVersion: number;
  readonly rotatedAt: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

const whys: Readonly<Record<string, DisabledWhy>> = { gone: 'gone', failing: 'failing', person: 'person' };

const toWebhook = (row: Selectable<WebhooksTable>): Webhook => ({
  id: row.id,
  name: row.name,
  url: row.url,
  events: readJson(eventsSchema, row.events, `webhook ${row.id} events`),
  enabled: row.enabled,
  disabledWhy: row.disabled_why === null ? null : (whys[row.disabled_why] ?? 'person'),
  failingSince: row.failing_since,
  secretVersion: row.secret_version,
  rotatedAt: row.rotated_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export interface WebhookInput {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
}

export async function createWebhook(tx: Db, input: WebhookInput, now: Instant): Promise<Webhook> {
  const row = await tx
    .insertInto('webhooks')
    .values({
      id: newId(),
      name: input.name,
      url: input.url,
      events: JSON.stringify(input.events),
      enabled: true,
      secret_version: 1,
      created_at: date(now),
      updated_at: date(now),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toWebhook(row);
}

export async function webhookById(db: Db, id: string): Promise<Webhook | null> {
  const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toWebhook(row);
}

export async function listWebhooks(db: Db): Promise<readonly Webhook[]> {
  const rows = await db.selectFrom('webhooks').selectAll().orderBy('id').execute();
  return rows.map(toWebhook);
}

/** Changes what is given; enabling forgets how long it has been failing. Null when there is none. */
export async function changeWebhook(
  tx: Db,
  id: string,
  { events, enabled, ...rest }: Partial<WebhookInput> & { readonly enabled?: boolean },
  now: Instant,
): Promise<Webhook | null> {
  const row = await tx
    .updateTable('webhooks')
    .set({
      ...rest,
      updated_at: date(now),
      ...(events === undefined ? {} : { events: JSON.stringify(events) }),
      ...(enabled === undefined ? {} : { enabled, disabled_why: enabled ? null : 'person' }),
      ...(enabled === true ? { failing_since: null } : {}),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toWebhook(row);
}

/** Makes the secret of `version` the current one; null when there is no such endpoint, or it has another version. */
export async function rotateSecret(tx: Db, id: string, version: number, now: Instant): Promise<Webhook | null> {
  const row = await tx
    .updateTable('webhooks')
    .set({ secret_version: version, rotated_at: date(now), updated_at: date(now) })
    .where('id', '=', id)
    .where('secret_version', '=', version - 1)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toWebhook(row);
}

/** Deletes an endpoint with everything that was to be sent to it; false when there is none. */
export async function deleteWebhook(tx: Db, id: string): Promise<boolean> {
  const rows = await tx.deleteFrom('webhooks').where('id', '=', id).returning('id').execute();
  await tx.deleteFrom('outbox').where('lane', '=', id).execute();
  return rows.length > 0;
}

/** An endpoint to which nothing has arrived for this long is turned off. */
export const FAILING_FOR_MS = 5 * DAY;

/** Something arrived there. */
export async function markArrived(tx: Db, id: string): Promise<void> {
  await tx
    .updateTable('webhooks')
    .set({ failing_since: null })
    .where('id', '=', id)
    .where('failing_since', 'is not', null)
    .execute();
}

/** Nothing arrived there; turns it off when it is `gone`, or has been failing for long. */
export async function markFailed(tx: Db, webhook: Webhook, gone: boolean, now: Instant): Promise<void> {
  const since = webhook.failingSince ?? now;
  const why: DisabledWhy | undefined = gone ? 'gone' : now - since >= FAILING_FOR_MS ? 'failing' : undefined;
  await tx
    .updateTable('webhooks')
    .set({
      failing_since: dateOrNull(since),
      ...(why === undefined ? {} : { enabled: false, disabled_why: why, updated_at: date(now) }),
    })
    .where('id', '=', webhook.id)
    .where('enabled', '=', true)
    .execute();
}

/** What was and will be sent to an endpoint, newest first. */
export async function listDeliveries(
  db: Db,
  webhook: string,
  { state, ...page }: PageRequest & { readonly state?: DeliveryState | undefined },
): Promise<Page<Delivery>> {
  const limit = pageLimit(page);
  const before = decodeCursor('deliveries', page.cursor, ['text'])?.[0];
  let query = db.selectFrom('outbox').selectAll().where('lane', '=', webhook).where('kind', '=', WEBHOOK);
  if (state !== undefined) query = query.where('state', '=', state);
  if (before !== undefined) query = query.where('id', '<', String(before));
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage('deliveries', rows, limit, (row) => [row.id], toDelivery);
}

const AGAIN = { state: 'waiting', attempts: 0, lease: null, lease_until: null, done_at: null } as const;

/** Sends one row again from the start, with the id it had; false while it is being sent, or when it is not there. */
export async function replayOne(tx: Db, webhook: string, id: string, now: Instant): Promise<boolean> {
  const rows = await tx
    .updateTable('outbox')
    .set({ ...AGAIN, due_at: date(now) })
    .where('id', '=', id)
    .where('lane', '=', webhook)
    .where('state', '!=', 'sending')
    .returning('id')
    .execute();
  return rows.length > 0;
}

/** Rows of one call: a transaction of Aurora DSQL changes at most 3,000. */
const AT_ONCE = 1_000;

/** Sends everything again that is dead since `since`, at most 1,000 rows, the oldest first; returns how many. */
export async function replayDead(tx: Db, webhook: string, since: Instant, now: Instant): Promise<number> {
  const dead = await tx
    .selectFrom('outbox')
    .select('id')
    .where('lane', '=', webhook)
    .where('state', '=', 'dead')
    .where('done_at', '>=', at(since))
    .orderBy('id')
    .limit(AT_ONCE)
    .execute();
  if (dead.length === 0) return 0;
  const rows = await tx
    .updateTable('outbox')
    .set({ ...AGAIN, due_at: date(now) })
    .where(
      'id',
      'in',
      dead.map((row) => row.id),
    )
    .where('state', '=', 'dead')
    .returning('id')
    .execute();
  return rows.length;
}
