/**
 * The example people of the demo. They use what real ones use: the HTTP API with their own keys, the
 * unsubscribe link of the mail they got. What leads do is posted ahead, dated by the virtual clock,
 * so that the speed of this machine does not change the story.
 */
import { z } from 'zod';
import { type ApiClient, ApiProblem, createApiClient } from '../cli/client.ts';
import type { Clock } from '../clock.ts';
import { createActors, type LeadAct, type Sale, type SignalAct, type TaskAct } from '../core/actors.ts';
import type { Behaviour } from '../core/behaviour.ts';
import { CHAT_SIGNAL } from '../core/chat.ts';
import { isChatTask } from '../core/chats.ts';
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { CHAT_PAGE } from '../core/simulated-chats.ts';
import { type Instant, iso } from '../core/time.ts';
import { calendarOf } from '../core/view.ts';
import { zoneOfCountry } from '../core/zones.ts';
import type { Db } from '../store/db.ts';
import { isMailed, replyTo } from './demo-mail.ts';
import { choose } from './demo-preferences.ts';
import type { Mailbox, MailboxMessage } from './mailbox/mailbox.ts';

export interface PeopleOptions {
  readonly url: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly db: Db;
  readonly mailbox: Mailbox;
  readonly playbook: Playbook;
  readonly behaviour: Behaviour;
  readonly reps: readonly Rep[];
  readonly seed: number;
}

export interface People {
  /** Takes in who is new among the leads, and posts what they will do by themselves. */
  meet(): Promise<void>;
  /** Reps begin to look at their tasks. */
  start(): void;
  /** Whether somebody is in the middle of something. */
  busy(): boolean;
  stop(): Promise<void>;
  /** What the API refused for another reason than being too late, in words. */
  problems(): readonly string[];
}

const taskSchema = z.looseObject({
  id: z.string(),
  lead: z.looseObject({ id: z.string() }),
  assignee: z.string().nullable(),
  kind: z.string(),
  enrollment: z.string().nullable(),
  handoff: z.string().nullable(),
  openedAt: z.string(),
  assignedAt: z.string().nullable(),
});
const inboundSchema = z.looseObject({ class: z.string(), lead: z.looseObject({ id: z.string() }).optional() });
const chatSchema = z.looseObject({ id: z.string(), state: z.string(), rep: z.string().optional() });
const pageSchema = z.looseObject({ items: z.array(taskSchema), next: z.string().nullable() });
type Task = z.infer<typeof taskSchema>;

/** How often reps look, real ms: 40 are half an hour of the demo's time. */
const LOOK_MS = 40;
/** How long an answer takes to be counted on a busy laptop, real ms: reps set out this much before they mean to answer. */
const AHEAD_MS = 200;
const GATHER_MS = 25;
const SIGNALS_A_CALL = 500;
/** Too late, or asked for too early: what real people meet too. */
const USUAL = new Set([
  'chat-taken',
  'chat-over',
  'task-accepted',
  'task-closed',
  'not-yours',
  'not-with-sales',
  'attempts-missing',
  'already-disqualified',
]);

export function createPeople(options: PeopleOptions): People {
  const { clock, db, mailbox, playbook, url, keys } = options;
  const actors = createActors(options.behaviour, playbook, options.seed);
  const reps = new Map(options.reps.map((rep) => [rep.id, rep]));
  const key = (name: string): ApiClient => createApiClient(url, keys[name]);
  const integration = key('integration');
  const manager = key('manager');
  const repApi = new Map(options.reps.map((rep) => [rep.id, key(`rep:${rep.id}`)]));
  const leadKeys = new Map<string, string>();
  const zones = new Map<string, string>();
  const counts = new Map<string, number>();
  /** By task: who has it, and as the how manieth from 0. */
  const looked = new Map<string, { rep: string; hand: number; nth: number }>();
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  /** Rounds that only look whether there is something to do. */
  const looking = new Set<Promise<void>>();
  const problems: string[] = [];
  let messages: MailboxMessage[] = [];
  let stopped = false;

  const nth = (...what: readonly string[]): number => {
    const name = what.join(' ');
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    return n;
  };

  /** Runs what may fail without stopping the others; only the unusual is kept. */
  function go(what: string, run: () => Promise<void>, kind = running): void {
    const done = run()
      .catch((error: unknown) => {
        if (stopped || (error instanceof ApiProblem && USUAL.has(error.code))) return;
        problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => kind.delete(done));
    kind.add(done);
  }

  /** Does it when the virtual clock gets there. */
  function later(at: Instant, what: string, run: () => Promise<void>): void {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (clock.now() < at) later(at, what, run);
      else go(what, run);
    }, clock.realUntil(at));
    timers.add(timer);
  }

  async function post(signals: readonly object[]): Promise<void> {
    const answer = z.looseObject({ rejected: z.array(z.unknown()) });
    for (let from = 0; from < signals.length; from += SIGNALS_A_CALL) {
      const json = { signals: signals.slice(from, from + SIGNALS_A_CALL) };
      const { rejected } = await integration.ask('/v1/signals', answer, { method: 'POST', json });
      if (rejected.length > 0) problems.push(`signals: ${rejected.length} rejected`);
    }
  }

  const signalOf = (leadId: string, act: SignalAct): object => ({
    id: `demo-${leadId}-${nth('signal', leadId)}`,
    lead: { id: leadId },
    type: act.type,
    at: iso(act.at),
    ...(act.type === 'email.clicked' && act.step !== undefined
      ? { data: { cadence: act.cadence, step: act.step } }
      : {}),
    ...(act.type.startsWith('meeting.') ? { data: { at: iso(act.meetingAt ?? act.at) } } : {}),
    ...(act.reply === undefined ? {} : { data: replyData(act) }),
  });

  const replyData = ({ reply, until, cadence, step }: SignalAct): object => ({
    class: reply,
    ...(until === undefined ? {} : { until: iso(until) }),
    ...(cadence === undefined || step === undefined ? {} : { cadence, step }),
  });

  /** Mail that came in a moment: who got what is in the ledger, by the tag. */
  async function read(mail: readonly MailboxMessage[]): Promise<void> {
    const byTouch = new Map(
      mail.flatMap((message) => (message.touch === undefined ? [] : [[message.touch, message] as const])),
    );
    // The rest is mail to reps, who answer through the API.
    if (byTouch.size === 0) return;
    const touches = await db
      .selectFrom('touches')
      .selectAll()
      .where('id', 'in', [...byTouch.keys()])
      .execute();
    const signals: object[] = [];
    for (const touch of touches) {
      const message = byTouch.get(touch.id);
      const lead = leadKeys.get(touch.lead_id);
      if (message === undefined || lead === undefined) continue;
      if (nth('mail', lead) === 1 && actors.bounces(lead)) {
        mailbox.bounce(message.id);
        continue;
      }
      const place = { cadence: touch.cadence, step: touch.step };
      const phase = playbook.emails[touch.email]?.phase ?? 'thought-leadership';
      const seen = {
        ...place,
        email: touch.email,
        phase,
        nth: nth('touch', lead, touch.cadence, touch.step),
        at: touch.decided_at,
      };
      for (const act of actors.afterTouch(lead, seen)) {
        if (act.kind === 'decline' || act.kind === 'pause') {
          const topic = touch.topic ?? playbook.emails[touch.email]?.topic;
          if (touch.purpose !== 'marketing' || (act.kind === 'decline' && topic === undefined)) continue;
          later(act.at, act.kind, async () =>
            choose(await linkOf(message.id), act.kind === 'decline' ? topic : undefined),
          );
        } else if (act.kind === 'unsubscribe') later(act.at, 'unsubscribe', () => unsubscribe(message.id));
        else if (isMailed(act)) go('answering mail', () => answerMail(message, act, touch.lead_id));
        else if (act.type === CHAT_SIGNAL) later(act.at, 'chat', () => chat(touch.lead_id, lead));
        else signals.push(signalOf(touch.lead_id, act));
      }
    }
    await post(signals);
  }

  /** By mail, as whoever receives mail for the reply domain hands it on; dated when it will be written. */
  async function answerMail(message: MailboxMessage, act: SignalAct, lead: string): Promise<void> {
    const original = await mailbox.raw(message.id);
    if (original === null) return;
    const response = await fetch(`${url}/hooks/inbound`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys['integration']}`, 'content-type': 'message/rfc822' },
      body: replyTo(message, original, act, zones.get(lead) ?? 'UTC'),
    });
    const { class: read, lead: from } = inboundSchema.parse(await response.json());
    const meant = act.reply ?? 'reply';
    if (read !== meant || from?.id !== lead) problems.push(`a reply meant as ${meant} was read as ${read}`);
  }

  /** As a chat tool does it: asks who takes it, rings there, and tells what became of it. */
  async function chat(leadId: string, lead: string): Promise<void> {
    const number = nth('chat', lead);
    const json = { id: `demo-${leadId}-${number}`, lead: { id: leadId }, page: CHAT_PAGE };
    let seen = await integration.ask('/v1/chats', chatSchema, { method: 'POST', json });
    // Who has a chat open gets that one.
    const { id } = seen;
    for (let hand = 0; seen.state === 'ringing' && seen.rep !== undefined; hand++) {
      const api = repApi.get(seen.rep) ?? manager;
      const talk = actors.chat(lead, { nth: number, hand });
      const verb = talk ? 'accept' : 'unanswered';
      seen = await api.ask(`/v1/chats/${id}/${verb}`, chatSchema, { method: 'POST', json: {} });
      if (!talk) continue;
      const outcome = talk.outcome === undefined ? {} : { outcome: talk.outcome };
      later(clock.now() + talk.lastsMs, 'chat', async () => {
        await api.ask(`/v1/chats/${id}/end`, z.unknown(), { method: 'POST', json: outcome });
      });
      return;
    }
  }

  /** As a mail client does it: RFC 8058, by the link in the message's own header. */
  async function unsubscribe(messageId: string): Promise<void> {
    const link = await linkOf(messageId);
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    const response = await fetch(link, { method: 'POST', body, redirect: 'error' });
    if (!response.ok) throw new Error(`the unsubscribe link answered ${response.status}`);
  }

  async function linkOf(messageId: string): Promise<string> {
    const headers = (await mailbox.raw(messageId))?.toString('latin1').split(/\r?\n\r?\n/)[0] ?? '';
    const link = /^List-Unsubscribe:\s*<(https?:[^>]+)>/im.exec(headers.replace(/\r?\n[ \t]+/g, ' '))?.[1];
    if (link === undefined) throw new Error('a message has no List-Unsubscribe header');
    return link;
  }

  async function look(): Promise<void> {
    let next: string | null = null;
    do {
      const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page: z.infer<typeof pageSchema> = await manager.ask(`/v1/tasks?state=open&limit=100${cursor}`, pageSchema);
      for (const task of page.items) plan(task);
      next = page.next;
    } while (next !== null);
  }

  function plan(task: Task): void {
    const lead = leadKeys.get(task.lead.id);
    const before = looked.get(task.id);
    // Chats are taken where they ring.
    if (isChatTask(task)) return;
    if (lead === undefined || task.assignee === null || before?.rep === task.assignee) return;
    const hand = before === undefined ? 0 : before.hand + 1;
    const number = before?.nth ?? nth('task', lead);
    looked.set(task.id, { rep: task.assignee, hand, nth: number });
    const openedAt = Date.parse(task.assignedAt ?? task.openedAt);
    const calendar = calendarOf(playbook, reps.get(task.assignee));
    const handoff = task.handoff === null ? {} : { handoff: task.handoff };
    const act = actors.answer(lead, { ...handoff, nth: number, hand, openedAt, calendar });
    const rep = task.assignee;
    if (act === undefined) return;
    const setOut = act.at - AHEAD_MS * clock.anchor.factor;
    later(setOut, act.answer, () => answer(task, rep, act));
  }

  async function answer(task: Task, rep: string, act: TaskAct): Promise<void> {
    const api = repApi.get(rep) ?? manager;
    const { at: _at, answer: verb, ...words } = act;
    const json = 'until' in words && words.until !== undefined ? { ...words, until: iso(words.until) } : words;
    await api.ask(`/v1/tasks/${task.id}/${verb}`, z.unknown(), { method: 'POST', json });
    const lead = leadKeys.get(task.lead.id) ?? '';
    if (verb !== 'accept') return;
    const calendar = calendarOf(playbook, reps.get(rep));
    const next = actors.afterAccept(lead, { nth: nth('accept', lead), at: clock.now(), calendar });
    if (next === undefined) return;
    if (next.kind === 'signals') {
      await post(next.signals.map((one) => signalOf(task.lead.id, one)));
      return;
    }
    if (next.kind === 'deal') {
      await sell(task.lead.id, `deal-${task.lead.id}-${nth('deal', task.lead.id)}`, next, rep);
      return;
    }
    const { at, kind: _kind, until, ...given } = next;
    later(at, 'recycle', async () => {
      const body = until === undefined ? given : { ...given, until: iso(until) };
      await api.ask(`/v1/leads/${task.lead.id}/recycle`, z.unknown(), { method: 'POST', json: body });
    });
  }

  /** As a CRM tells it, each stage dated when it will happen. */
  async function sell(leadId: string, id: string, sale: Sale, owner?: string): Promise<void> {
    const deal = { id, leads: [{ id: leadId }], currency: 'EUR', ...(owner === undefined ? {} : { owner }) };
    for (const { at, renewsAt, ...words } of sale.stages) {
      const renews = renewsAt === undefined ? {} : { renewsAt: iso(renewsAt) };
      const json = { ...deal, ...words, ...renews, amount: sale.amountCents / 100, at: iso(at) };
      await integration.ask('/v1/deals', z.unknown(), { method: 'POST', json });
    }
  }

  /** Repeats it, a pause between two runs, until stopped. */
  function every(ms: number, what: string, run: () => Promise<void>): void {
    const again = (): void => {
      if (stopped) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        go(what, () => run().finally(again), looking);
      }, ms);
      timers.add(timer);
    };
    again();
  }

  const unsubscribed = mailbox.onMessage((message) => messages.push(message));
  return {
    async meet() {
      const rows = await db.selectFrom('leads').select(['id', 'key', 'created_at', 'time_zone', 'country']).execute();
      const signals: object[] = [];
      for (const row of rows) {
        if (leadKeys.has(row.id)) continue;
        leadKeys.set(row.id, row.key);
        zones.set(row.id, row.time_zone || zoneOfCountry(row.country) || playbook.company.timeZone);
        const own: LeadAct[] = actors.unprompted(row.key, row.created_at);
        for (const act of own) {
          if (act.kind !== 'signal') continue;
          if (act.type === CHAT_SIGNAL) later(act.at, 'chat', () => chat(row.id, row.key));
          else signals.push(signalOf(row.id, act));
        }
        for (const [n, sale] of actors.deals(row.key, row.created_at).entries())
          go('sales of the CRM', () => sell(row.id, `deal-${row.id}-crm-${n + 1}`, sale));
      }
      await post(signals);
    },
    start() {
      every(GATHER_MS, 'reading mail', async () => {
        const mail = messages;
        messages = [];
        if (mail.length > 0) go('reading mail', () => read(mail));
      });
      every(LOOK_MS, 'looking at tasks', look);
    },
    async stop() {
      stopped = true;
      unsubscribed();
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...running, ...looking]);
    },
    busy: () => running.size > 0 || messages.length > 0,
    problems: () => problems,
  };
}
