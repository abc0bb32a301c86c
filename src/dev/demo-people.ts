/**
 * The example people of the demo. They use what real ones use: the HTTP API with their own keys, the links
 * and addresses of the mail they got.
 */
import { type ApiClient, createApiClient } from '../cli/client.ts';
import type { Clock } from '../clock.ts';
import { createActors, type SignalAct } from '../core/actors.ts';
import type { Behaviour } from '../core/behaviour.ts';
import { CHAT_SIGNAL } from '../core/chat.ts';
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { zoneOfCountry } from '../core/zones.ts';
import type { Db } from '../store/db.ts';
import { createClicks, type Followed } from './demo-clicks.ts';
import { createLife } from './demo-life.ts';
import { createReaders, type Known } from './demo-readers.ts';
import { createReps } from './demo-reps.ts';
import { createTold } from './demo-told.ts';
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
  /** Reps begin to look at their tasks, and leads at their mail. */
  start(): void;
  /** Whether somebody is in the middle of something. */
  busy(): boolean;
  stop(): Promise<void>;
  /** What the API refused for another reason than being too late, in words. */
  problems(): readonly string[];
  /** Links of mail that were followed so far. */
  readonly followed: Readonly<Followed>;
}

/** How often reps look, real ms: 40 are half an hour of the demo's time. */
const LOOK_MS = 40;
const GATHER_MS = 25;

export function createPeople({ clock, db, mailbox, playbook, url, keys, ...options }: PeopleOptions): People {
  const actors = createActors(options.behaviour, playbook, options.seed);
  const key = (name: string): ApiClient => createApiClient(url, keys[name]);
  const manager = key('manager');
  const repApi = new Map(options.reps.map((rep) => [rep.id, key(`rep:${rep.id}`)]));
  const apiOf = (rep: string): ApiClient => repApi.get(rep) ?? manager;
  const leads = new Map<string, Known>();
  const life = createLife(clock);
  const clicks = createClicks(mailbox);
  const told = createTold({ integration: key('integration'), apiOf, actors, clock, life });
  const of = { playbook, actors, life, told };
  const inboundKey = keys['integration'] ?? '';
  const read = createReaders({ ...of, url, inboundKey, db, mailbox, clicks, known: (id) => leads.get(id) });
  const keyOf = (id: string): string | undefined => leads.get(id)?.key;
  const look = createReps({ ...of, manager, apiOf, reps: options.reps, clock, keyOf });
  let messages: MailboxMessage[] = [];

  const unsubscribed = mailbox.onMessage((message) => messages.push(message));
  return {
    async meet() {
      const rows = await db
        .selectFrom('leads')
        .select(['id', 'key', 'created_at', 'time_zone', 'country', 'email_domain'])
        .execute();
      const signals: (readonly [string, SignalAct])[] = [];
      for (const row of rows) {
        if (leads.has(row.id)) continue;
        const zone = row.time_zone || zoneOfCountry(row.country) || playbook.company.timeZone;
        leads.set(row.id, { key: row.key, zone, domain: row.email_domain });
        for (const act of actors.unprompted(row.key, row.created_at)) {
          if (act.kind !== 'signal') continue;
          if (act.type === CHAT_SIGNAL) life.later(act.at, 'chat', () => told.chat(row.id, row.key));
          else signals.push([row.id, act]);
        }
        for (const [n, sale] of actors.deals(row.key, row.created_at).entries())
          life.go('sales of the CRM', () => told.sale(row.id, `deal-${row.id}-crm-${n + 1}`, sale));
      }
      await told.signals(signals);
    },
    start() {
      life.every(GATHER_MS, 'reading mail', async () => {
        const mail = messages;
        messages = [];
        if (mail.length > 0) life.go('reading mail', () => read(mail));
      });
      life.every(LOOK_MS, 'looking at tasks', look);
    },
    async stop() {
      unsubscribed();
      await life.stop();
    },
    busy: () => life.busy() || messages.length > 0,
    problems: life.problems,
    followed: clicks.followed,
  };
}
