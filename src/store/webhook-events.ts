/**
 * Events for the endpoints that asked for them, written in the commit that writes the journal they
 * are made from: a row of the outbox for each endpoint, so none waits for another.
 */
import { z } from 'zod';
import type { JournalEntry } from '../core/decision.ts';
import { eventOf, type LeadEvent } from '../core/events/from-journal.ts';
import type { EVENTS, EventType } from '../core/events/kinds.ts';
import { type Instant, iso } from '../core/time.ts';
import { enqueue, type NewDelivery, withdraw } from './outbox.ts';
import type { Db } from './schema.ts';
import { readJson } from './values.ts';

/** The kind of a webhook's rows in the outbox. */
export const WEBHOOK = 'webhook';

/** An endpoint that is on, as a commit needs it. */
export interface Listener {
  readonly id: string;
  readonly events: ReadonlySet<string>;
}

export const eventsSchema = z.array(z.string());

export const toListener = (id: string, events: string): Listener => ({
  id,
  events: new Set(readJson(eventsSchema, events, `webhook ${id} events`)),
});

/** What goes over the wire: the shape the Standard Webhooks specification recommends. */
export const messageSchema = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type Message = z.infer<typeof messageSchema>;

export const webhookPayload = z.object({ webhook: z.string(), message: messageSchema });

const messageOf = ({ type, at, data }: LeadEvent): Message => ({ type, timestamp: iso(at), data: { ...data } });

/** One row of the outbox for one endpoint. `key` is unique within the endpoint. */
export const webhookRow = (
  webhook: string,
  row: { readonly key: string; readonly leadId?: string; readonly dueAt?: Instant; readonly message: Message },
): NewDelivery => ({
  kind: WEBHOOK,
  key: `${WEBHOOK}:${webhook}:${row.key}`,
  lane: webhook,
  leadId: row.leadId,
  dueAt: row.dueAt,
  payload: { webhook, message: row.message } satisfies z.infer<typeof webhookPayload>,
});

const dueKey = (webhook: string, task: unknown): string => `${WEBHOOK}:${webhook}:due:${String(task)}`;

/** That a task's due time comes is known when it opens; it is told then, unless the task is closed before. */
const dueOf = (opened: LeadEvent): LeadEvent => {
  const { lead, seq, task, dueAt } = opened.data;
  return {
    type: 'task.due',
    at: Date.parse(String(dueAt)),
    data: { lead, seq, reason: null, by: 'clock', task, because: 'due', dueAt },
  };
};

/** A task that is open from here on, with a time it is due at. */
const isOpen = ({ type, data }: LeadEvent): boolean =>
  (type === 'task.opened' || type === 'task.reopened') && typeof data['dueAt'] === 'string';

/** Writes the events of these entries of one lead for everybody who listens. */
export async function tellListeners(
  tx: Db,
  leadId: string,
  entries: readonly JournalEntry[],
  listeners: readonly Listener[],
  now: Instant,
): Promise<void> {
  if (listeners.length === 0) return;
  const events = entries.flatMap((entry) => eventOf(leadId, entry) ?? []);
  const rows = events.flatMap((event) =>
    listeners.flatMap(({ id, events: asked }) => {
      const told = asked.has(event.type)
        ? [webhookRow(id, { key: `${leadId}:${event.data.seq}`, leadId, message: messageOf(event) })]
        : [];
      if (!isOpen(event) || !asked.has('task.due')) return told;
      const due = dueOf(event);
      const message = messageOf(due);
      return [...told, webhookRow(id, { key: `due:${String(due.data['task'])}`, leadId, dueAt: due.at, message })];
    }),
  );
  await enqueue(tx, rows, now);
  for (const { type, at, data } of events) {
    if (type !== 'task.closed') continue;
    const keys = listeners
      .filter(({ events: asked }) => asked.has('task.due'))
      .map(({ id }) => dueKey(id, data['task']));
    await withdraw(tx, keys, at);
  }
}

type Erased = z.infer<(typeof EVENTS)['lead.erased']['data']>;
type Stopped = z.infer<(typeof EVENTS)['sending.stopped']['data']>;

/**
 * Writes for everybody who listens that a person is gone. The rows name no lead in `lead_id`: they are to
 * outlive what is deleted by it, and hold nothing but ids.
 */
export const tellErased = (tx: Db, data: Erased, now: Instant): Promise<void> =>
  tell(tx, 'lead.erased', { key: `erased:${data.lead}`, data, now });

/** Writes for everybody who listens that sending has stopped. */
export const tellStopped = (tx: Db, data: Stopped, now: Instant): Promise<void> =>
  tell(tx, 'sending.stopped', { key: `stopped:${data.senders.join('+')}:${now}`, data, now });

async function tell(
  tx: Db,
  type: EventType,
  { key, data, now }: { readonly key: string; readonly data: Erased | Stopped; readonly now: Instant },
): Promise<void> {
  const webhooks = await tx.selectFrom('webhooks').select(['id', 'events']).where('enabled', '=', true).execute();
  const listeners = webhooks.map(({ id, events }) => toListener(id, events)).filter(({ events }) => events.has(type));
  const message = { type, timestamp: iso(now), data: { ...data } };
  await enqueue(
    tx,
    listeners.map(({ id }) => webhookRow(id, { key, message })),
    now,
  );
}
