/**
 * A person whom a grep finds wherever anything is kept of them: every field and every text that people and
 * systems write about a lead has the marker in it, or the phone number.
 */
import { sql } from 'kysely';
import { EVENT_TYPES } from '../../src/core/events/kinds.ts';
import type { Db } from '../../src/store/schema.ts';

export const MARKER = 'quirinzaq';
const PHONE_DIGITS = '2079460991';
export const PHONE = `+44 20 7946 0991`;
export const ADDRESS = `${MARKER}@${MARKER}.example`;
export const OLD_ADDRESS = `old.${MARKER}@${MARKER}-before.example`;
export const TWIN_ADDRESS = `twin.${MARKER}@${MARKER}-twin.example`;
export const FULL_NAME = 'Quirinzaqa Quirinzaqova';

/** Whether a text holds anything of the person. */
export const isCanary = (text: string): boolean =>
  text.toLowerCase().includes(MARKER) || text.replace(/[ ()-]/g, '').includes(PHONE_DIGITS);

/** Every row of every table that holds something of the person, as `table: row`, all columns as text. */
export async function canaryRows(db: Db, found: (text: string) => boolean = isCanary): Promise<string[]> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name`.execute(db);
  const hits: string[] = [];
  for (const { name } of tables.rows) {
    const rows = await sql<{ row: string }>`select cast(t as text) as row from ${sql.table(name)} t`.execute(db);
    for (const { row } of rows.rows) if (found(row)) hits.push(`${name}: ${row.slice(0, 300)}`);
  }
  return hits;
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape.
  readonly body: any;
}

export interface Way {
  /** `METHOD /path`, as an admin. */
  call(
    what: string,
    options?: { body?: unknown; raw?: string; type?: string; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Until what has happened to the lead has been decided about. */
  settled(leadId: string): Promise<void>;
  /** Until an import is done. */
  imported(importId: string): Promise<void>;
  /** Where webhooks go. */
  readonly hook?: string;
  /** Signs what a reply to the lead's mail is addressed to. */
  replyAddress(leadId: string): string;
}

async function ok(way: Way, what: string, options: Parameters<Way['call']>[1] = {}): Promise<Answer['body']> {
  const { status, body } = await way.call(what, options);
  if (status >= 300) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** The person as a form knows them. */
export const canaryLead = (more: Record<string, unknown> = {}) => ({
  email: ADDRESS,
  externalId: `${MARKER}-crm-1`,
  firstName: 'Quirinzaqa',
  lastName: 'Quirinzaqova',
  company: 'Quirinzaq Holding',
  title: 'Head of Quirinzaq Operations',
  role: 'operations',
  country: 'GB',
  phone: PHONE,
  source: `${MARKER}-fair`,
  campaign: `${MARKER}-campaign`,
  attributes: { [`${MARKER}Plan`]: `${MARKER} value` },
  consent: [{ purpose: 'marketing', basis: 'opt-in', source: `${MARKER} form`, at: '2026-11-02' }],
  ...more,
});

/** Answers the lead's first open task of a kind. */
async function answerTask(way: Way, leadId: string, verb: string, body: object): Promise<void> {
  const { tasks } = await ok(way, `GET /v1/leads/${leadId}`);
  const [task] = tasks;
  if (task === undefined) throw new Error(`no open task to ${verb}`);
  await ok(way, `POST /v1/tasks/${task.id}/${verb}`, { body });
  await way.settled(leadId);
}

/** All that can happen to a person; answers their id and that of somebody else who knows them. */
export async function liveThrough(way: Way): Promise<{ leadId: string; otherId: string }> {
  await ok(way, 'POST /v1/webhooks', {
    body: { url: way.hook ?? 'https://hooks.example.com/canary', events: EVENT_TYPES },
  });
  const created = await ok(way, 'POST /v1/leads', {
    body: canaryLead({ email: OLD_ADDRESS, company: 'Quirinzaq Before' }),
    headers: { 'idempotency-key': 'canary-1' },
  });
  const leadId: string = created.id;
  await way.settled(leadId);
  await ok(way, `POST /v1/leads/${leadId}/moved`, { body: { email: ADDRESS, company: 'Quirinzaq Holding' } });
  await way.settled(leadId);
  await ok(way, 'POST /v1/leads', { body: canaryLead() });
  await way.settled(leadId);
  await signals(way, leadId);
  await sale(way, leadId);
  await chat(way, leadId);
  await replies(way, leadId);
  await ok(way, 'POST /v1/deals', {
    body: {
      id: 'deal-c1',
      leads: [{ id: leadId }],
      amount: 12_000,
      currency: 'GBP',
      stage: 'lost',
      lostReason: `${MARKER} had no budget`,
    },
  });
  await ok(way, 'POST /v1/suppressions', {
    body: { email: ADDRESS, purpose: 'sales', reason: `${MARKER} asked on the phone` },
  });
  await way.settled(leadId);
  await twin(way, leadId);
  await ok(way, `POST /v1/leads/${leadId}/consents`, {
    body: { purpose: 'marketing', basis: 'opt-in', source: `${MARKER} at the fair` },
  });
  await way.settled(leadId);
  await uploads(way);
  const otherId = await acquaintance(way);
  return { leadId, otherId };
}

async function signals(way: Way, leadId: string): Promise<void> {
  const data = { page: `/pricing?who=${MARKER}`, note: `${MARKER} asked` };
  await ok(way, 'POST /v1/signals', {
    body: {
      signals: [
        { id: `${MARKER}-signal`, lead: { email: ADDRESS }, type: 'page.pricing', data },
        { id: 'c-2', lead: { id: leadId }, type: 'demo.requested', data },
      ],
    },
  });
  await way.settled(leadId);
}

/** Offered, accepted, called, given back. */
async function sale(way: Way, leadId: string): Promise<void> {
  const { tasks } = await ok(way, `GET /v1/leads/${leadId}`);
  if (tasks.length === 0) {
    await ok(way, 'POST /v1/handoffs', {
      body: { lead: { id: leadId }, handoff: 'hot', note: `${MARKER} wants a call` },
    });
    await way.settled(leadId);
  }
  await answerTask(way, leadId, 'accept', {});
  await ok(way, `POST /v1/leads/${leadId}/activities`, {
    body: { kind: 'call', disposition: 'connected', note: `${MARKER} talked` },
  });
  await way.settled(leadId);
  await ok(way, `POST /v1/leads/${leadId}/recycle`, {
    body: {
      reason: 'not-ready',
      facts: { timing: `${MARKER} in spring`, objection: `referral to ${MARKER}` },
      note: `${MARKER} is on leave`,
    },
  });
  await way.settled(leadId);
}

async function chat(way: Way, leadId: string): Promise<void> {
  await ok(way, 'POST /v1/chats', {
    body: { id: 'chat-unknown', visitor: `${MARKER}-visitor`, page: `/${MARKER}/first` },
  });
  await ok(way, 'POST /v1/chats', {
    body: { id: 'chat-known', visitor: `${MARKER}-visitor`, lead: { id: leadId }, page: `/${MARKER}/second` },
  });
  await way.settled(leadId);
  await way.call('POST /v1/chats/chat-known/end', { body: { outcome: 'answered', note: `${MARKER} was pleased` } });
  await way.settled(leadId);
}

async function replies(way: Way, leadId: string): Promise<void> {
  const raw = [
    `From: ${FULL_NAME} <${ADDRESS}>`,
    `To: ${way.replyAddress(leadId)}`,
    'Subject: Re: your mail',
    `Message-ID: <${MARKER}-1@mail.example>`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    `Please call ${MARKER} back on ${PHONE}.`,
  ].join('\r\n');
  await ok(way, 'POST /hooks/inbound', { raw, type: 'message/rfc822' });
  await way.settled(leadId);
}

/** The same person a second time, merged. */
async function twin(way: Way, leadId: string): Promise<void> {
  const { id } = await ok(way, 'POST /v1/leads', {
    body: canaryLead({ email: TWIN_ADDRESS, externalId: `${MARKER}-crm-2`, company: 'Quirinzaq Twin' }),
  });
  await way.settled(id);
  await ok(way, `POST /v1/leads/${id}/merge`, { body: { into: leadId } });
  await way.settled(leadId);
}

/** A file with a row that is taken in and one that is refused. */
async function uploads(way: Way): Promise<void> {
  const file = [
    'email,first name,last name,phone,company,country',
    `${ADDRESS},Quirinzaqa,Quirinzaqova,${PHONE},Quirinzaq Holding,Quirinzaqland`,
    `${MARKER}(at)nowhere,https://${MARKER}.example,Quirinzaqova,nonsense ${MARKER},,`,
  ].join('\n');
  const { id } = await ok(way, 'POST /v1/imports', { raw: `${file}\n`, type: 'text/csv' });
  await way.imported(id);
}

/** Somebody else, in whose rows the person is named. */
async function acquaintance(way: Way): Promise<string> {
  const { id } = await ok(way, 'POST /v1/leads', {
    body: {
      email: 'grace@elsewhere.example',
      firstName: 'Grace',
      lastName: 'Hopper',
      company: 'Elsewhere',
      country: 'GB',
      source: `referred by ${FULL_NAME}`,
      attributes: { referrer: ADDRESS },
    },
  });
  await way.settled(id);
  await ok(way, `POST /v1/leads/${id}/activities`, {
    body: {
      kind: 'call',
      disposition: 'connected',
      note: `Ask ${FULL_NAME} (${ADDRESS.toUpperCase()}, ${PHONE.replaceAll(' ', '')}) instead`,
    },
  });
  await way.settled(id);
  await ok(way, `POST /v1/leads/${id}/disqualify`, { body: { reason: 'wrong-person', note: `It is ${FULL_NAME}` } });
  await way.settled(id);
  return id;
}
