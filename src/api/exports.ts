/** `GET /v1/leads/{id}/export`: a person asked what is known of them (GDPR, Art. 15). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { LeadFields } from '../core/scope.ts';
import { emailIdentity } from '../core/scrub.ts';
import { storyOf } from '../core/story.ts';
import { iso } from '../core/time.ts';
import { createRenderer } from '../email/render.ts';
import { listChats } from '../store/chats.ts';
import { listConsents } from '../store/consents.ts';
import { getDeal } from '../store/deals.ts';
import { type Held, readHeld } from '../store/export.ts';
import { type JournalRow, listJournal } from '../store/journal.ts';
import type { LeadRecord } from '../store/leads.ts';
import { peekLead } from '../store/states.ts';
import { listTasks, type Task, type TaskDraft } from '../store/tasks.ts';
import { readJson } from '../store/values.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { detailOf } from './leads.ts';
import { leadFor, noLead } from './own.ts';
import { currentOrNull } from './playbook-now.ts';
import { toChatOut } from './schemas/chats.ts';
import { isoOrNull, json, leadIdParam, problems } from './schemas/common.ts';
import { toConsent } from './schemas/consents.ts';
import { toDeal } from './schemas/deals.ts';
import { exportOut, type LeadExport } from './schemas/export.ts';
import { toTask } from './schemas/tasks.ts';

const anything = z.record(z.string(), z.unknown());

export function exportRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const get = createRoute({
    ...guard(deps, 'leads.export'),
    method: 'get',
    path: '/v1/leads/{id}/export',
    tags: ['Leads'],
    summary: 'Everything held about a person',
    description:
      'For a person who asks for access: fields, former names, consents, messages, tasks, chats, replies, journal, and who was told. Data of other people are left out.',
    request: { params: leadIdParam },
    responses: { 200: json(exportOut, 'All of it, in one document.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const lead = await leadFor(deps.database.db, callerIn(c), c.req.valid('param').id);
    return c.json(await exportOf(deps, lead), 200, { 'cache-control': 'no-store' });
  });
  return app;
}

/** All pages of a list. */
async function all<T>(
  read: (cursor: string | undefined) => Promise<{ items: readonly T[]; next: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await read(cursor);
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
}

const PAGE = { limit: 500 };

async function exportOf(deps: ApiDeps, record: LeadRecord): Promise<LeadExport> {
  const { id } = record;
  const { db } = deps.database;
  const now = deps.clock.now();
  const playbook = await currentOrNull(deps);
  const lead = await leadOf(deps, record);
  const {
    possibleDuplicates: _,
    aliases: names,
    consents: __,
    suppressions: ___,
    doNot: _____,
    tasks: ____,
    ...detail
  } = lead;
  const addresses = [emailIdentity(detail.email), ...names.flatMap(({ email }) => email ?? [])];
  const held = await readHeld(db, id, addresses);
  const tasks = await all((cursor) => listTasks(db, { leadId: id, cursor, ...PAGE }));
  const chats = await all((cursor) => listChats(db, { leadId: id, cursor, ...PAGE }));
  const journal = await all((cursor) => listJournal(db, id, { cursor, ...PAGE }));
  const deals = await Promise.all(held.deals.map((deal) => getDeal(db, deal)));
  return {
    exportedAt: iso(now),
    lead: detail,
    ...restOf(held, id),
    consents: (await listConsents(db, id)).map((row) => toConsent(row, now)),
    messages: await messagesOf(deps, held, detail, tasks),
    tasks: tasks.map((task) => {
      const { context, ...rest } = toTask(task, now, playbook);
      const { account: _____, ...own } = context;
      return { ...rest, context: own };
    }),
    deals: deals.flatMap((deal) => (deal === null ? [] : [toDeal(deal)])),
    chats: chats.map(toChatOut),
    journal: journal.map((row) => entryOf(row, playbook?.company.timeZone ?? 'UTC')),
  };
}

async function leadOf(deps: ApiDeps, lead: LeadRecord) {
  const { db } = deps.database;
  const loaded = await peekLead(db, lead.id);
  if (loaded === null) throw await noLead(db, lead.id);
  return detailOf(deps, lead, loaded);
}

/** What is told as it lies in the store. */
function restOf(held: Held, id: string) {
  return {
    names: held.names.map((row) => ({
      name: row.alias,
      why: row.why,
      at: iso(row.created_at),
      by: row.actor,
      before: readJson(anything, row.before, `an alias of lead ${id}`),
    })),
    suppressions: held.suppressions.map((row) => ({
      about: row.subject,
      purpose: row.purpose === '' ? null : row.purpose,
      until: isoOrNull(row.until_at),
      reason: row.reason,
      by: row.actor,
      at: iso(row.created_at),
    })),
    handoffs: held.handoffs.map((row) => ({
      handoff: row.handoff,
      pool: row.pool,
      rep: row.rep,
      offeredAt: iso(row.offered_at),
      acceptedAt: isoOrNull(row.accepted_at),
      endedAt: isoOrNull(row.ended_at),
      ended: row.ended,
      returnReason: row.return_reason,
      facts: row.facts === null ? {} : readJson(anything, row.facts, `a handoff of lead ${id}`),
    })),
    inbox: held.inputs.map((row) => ({
      at: iso(row.at),
      receivedAt: iso(row.received_at),
      what: readJson(anything, row.body, `the inbox of lead ${id}`),
    })),
    milestones: held.milestones.map(({ at, kind, name }) => ({ at: iso(at), kind, name })),
    preferences: held.preferences.map(({ topic, until_at, created_at }) => ({
      topic: topic === '' ? null : topic,
      until: isoOrNull(until_at),
      at: iso(created_at),
    })),
    clicks: held.clicks.map(({ at, place, verdict }) => ({ at: iso(at), place, verdict })),
    notices: held.notices.map(({ recipient, at, seq }) => ({ to: recipient, at: iso(at), journal: seq })),
    deliveries: held.deliveries.map((row) => ({
      kind: row.kind,
      to: row.lane,
      state: row.state,
      dueAt: iso(row.due_at),
      doneAt: isoOrNull(row.done_at),
      payload: readJson(z.unknown(), row.payload, `a delivery about lead ${id}`),
    })),
    profile: held.state === null ? null : readJson(anything, held.state, `the state of lead ${id}`),
  };
}

function entryOf(row: JournalRow, zone: string): LeadExport['journal'][number] {
  const { type, reason, cadence, step, by } = row;
  return { at: iso(row.at), type, reason, cadence, step, by, sentence: storyOf(row, zone), data: { ...row.data } };
}

const WENT: ReadonlySet<string> = new Set(['sending', 'sent', 'unconfirmed']);

async function messagesOf(
  deps: ApiDeps,
  { touches }: Held,
  lead: LeadFields,
  tasks: readonly Task[],
): Promise<LeadExport['messages']> {
  const messages: LeadExport['messages'] = [];
  for (const row of touches) {
    const task = tasks.find((one) => one.enrollment === row.enrollment && one.step === row.step);
    const text = WENT.has(row.state) ? await textOf(deps, row, lead, task?.draft ?? undefined) : null;
    messages.push({
      id: row.id,
      cadence: row.cadence,
      step: row.step,
      email: row.email,
      purpose: row.purpose,
      topic: row.topic,
      state: row.state,
      at: iso(row.decided_at),
      endedAt: isoOrNull(row.ended_at),
      to: row.to_email,
      subject: row.subject ?? text?.subject ?? null,
      text: text?.text ?? null,
      reason: row.reason,
      bounce: row.bounce,
      bouncedAt: isoOrNull(row.bounced_at),
      complainedAt: isoOrNull(row.complained_at),
    });
  }
  return messages;
}

/** What a message said, from the version it was sent by; null when that, or the email, is gone. */
async function textOf(
  deps: ApiDeps,
  { playbook, email, purpose }: Held['touches'][number],
  lead: LeadFields,
  edited: TaskDraft | undefined,
): Promise<{ subject: string; text: string } | null> {
  try {
    const version = await deps.playbooks.get(playbook);
    const known = purpose === 'marketing' || purpose === 'sales' ? purpose : 'service';
    return createRenderer(version).render(email, {
      purpose: known,
      lead,
      edited,
      unsubscribeUrl: `${deps.config.publicUrl}/u/`,
    });
  } catch (err) {
    deps.log.debug({ err, email }, 'an email cannot be made again for an export');
    return null;
  }
}
