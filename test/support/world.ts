/** A store, a mailbox, a playbook and a clock that a test can move: all that `advance` needs. */
import { type AdvanceDeps, createAdvance } from '../../activities/advance.ts';
import type { Clock } from '../../src/clock.ts';
import type { InputBody } from '../../src/core/input.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { scrub } from '../../src/core/scrub.ts';
import type { Instant } from '../../src/core/time.ts';
import { type Mailbox, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { createSender } from '../../src/email/sender.ts';
import { putInputs } from '../../src/store/inbox.ts';
import { listJournal } from '../../src/store/journal.ts';
import { upsertLead } from '../../src/store/leads.ts';
import { applyPlaybook } from '../../src/store/playbooks.ts';
import { peekLead } from '../../src/store/states.ts';
import { listTouches, type Touch } from '../../src/store/touches.ts';
import { transact } from '../../src/store/tx.ts';
import { cadence, email, inARow, playbook, wait } from '../core/support/playbook.ts';
import { type TestDatabase, type TestDatabaseKind, withDatabase } from './database.ts';
import { quietLog } from './temporal.ts';

/** A Tuesday, 10:00 in London, inside every window of `warmUp`. */
export const START = Date.parse('2026-11-24T10:00:00Z');

const markdown = (id: string) =>
  ({
    id,
    subject: `About ${id}, {{ lead.firstName }}`,
    phase: 'thought-leadership',
    repeat: 'never',
    body: `Hello {{ lead.firstName }},\n\nthis is ${id}.\n`,
  }) as const;

/** Two emails, three days apart, at any hour; `pricing` hands the lead over. */
export const warmUp: Playbook = playbook({
  hash: 'warm-up-playbook',
  cadences: {
    'warm-up': cadence('warm-up', {
      entry: { when: { source: 'true', timed: false, test: () => true }, again: { kind: 'once' } },
      window: {
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        from: '00:00',
        to: '23:59',
        zones: ['company'],
      },
      ...inARow(email('welcome'), wait('settle', 'P3D'), email('follow-up')),
    }),
  },
  emails: { welcome: markdown('welcome'), 'follow-up': markdown('follow-up') },
});

export interface World extends TestDatabase {
  readonly deps: AdvanceDeps;
  readonly mailbox: Mailbox;
  /** Epoch ms; tests move it. */
  now: Instant;
  /** Creates a lead, with what the API puts into its inbox. */
  lead(address: string): Promise<string>;
  put(leadId: string, body: InputBody, at?: Instant): Promise<void>;
  touches(leadId: string): Promise<readonly Touch[]>;
  /** `type reason` of every journal entry. */
  journal(leadId: string): Promise<string[]>;
  /** Advances as the workflow would, moving the clock to each wake, until nothing is due by `until`. */
  play(leadId: string, until: Instant, deps?: Partial<AdvanceDeps>): Promise<void>;
}

export async function openWorld(
  options: { kind?: TestDatabaseKind; playbook?: Playbook; clock?: Clock } = {},
): Promise<World> {
  const store = await withDatabase(options.kind);
  const { db } = store.database;
  const version = options.playbook ?? warmUp;
  const mailbox = await startMailbox();
  const sender = createSender({
    region: 'eu-central-1',
    endpoint: mailbox.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    timeoutMs: 1_000,
  });
  await transact(db, (tx) => applyPlaybook(tx, { hash: version.hash, files: {}, by: 'test', now: START }));
  const clock: Clock = options.clock ?? {
    anchor: { real: 0, virtual: 0, factor: 1 },
    now: () => world.now,
    realUntil: (at) => Math.max(0, at - world.now),
  };
  const world: World = {
    ...store,
    mailbox,
    now: START,
    deps: {
      database: store.database,
      clock,
      playbooks: { get: async () => version },
      sender,
      mail: { secret: 'a-secret-for-tests-of-32-characters', publicUrl: 'http://127.0.0.1:1' },
      log: quietLog,
    },
    async lead(address) {
      const scrubbed = scrub({ email: address, firstName: 'Ada', lastName: 'Lovelace', country: 'GB' });
      if (!scrubbed.ok) throw new Error(scrubbed.message);
      const { lead } = scrubbed;
      const { id } = await transact(db, (tx) => upsertLead(tx, lead, clock.now()));
      return id;
    },
    put: async (leadId, body, at = clock.now()) => {
      await transact(db, (tx) => putInputs(tx, [{ leadId, at, body }], clock.now()));
    },
    touches: async (leadId) => (await listTouches(db, leadId)).items,
    journal: async (leadId) => {
      const { items } = await listJournal(db, leadId);
      return items.map((entry) => [entry.type, entry.reason].filter((word) => word !== undefined).join(' '));
    },
    async play(leadId, until, deps = {}) {
      const advance = createAdvance({ ...world.deps, ...deps });
      let maySend = false;
      for (;;) {
        const { w } = await advance(leadId, { maySend });
        if (w === undefined || w.t > until) break;
        world.now = Math.max(world.now, w.t);
        maySend = w.q === 'e';
      }
      world.now = Math.max(world.now, until);
    },
    async close() {
      sender.close();
      await mailbox.close();
      await store.close();
    },
  };
  return world;
}

/** The queue and due time of a lead's next wake, as the rows say. */
export async function nextWake(world: World, leadId: string): Promise<number | null> {
  const row = await world.database.db
    .selectFrom('lead_states')
    .select('due_at')
    .where('lead_id', '=', leadId)
    .executeTakeFirst();
  return row?.due_at ?? null;
}

/** Lets every lead do what is due, at its time, all of one moment at once, until nothing is due before `end`. */
export async function playUntil(world: World, leads: readonly string[], end: Instant): Promise<void> {
  const advance = createAdvance(world.deps);
  for (const wakes = new Map(leads.map((id) => [id, world.now])); wakes.size > 0; ) {
    const at = Math.min(...wakes.values());
    world.now = Math.max(world.now, at);
    const now = [...wakes].flatMap(([id, t]) => (t <= world.now ? [id] : []));
    const answers = await Promise.all(now.map((id) => advance(id, { maySend: true })));
    now.forEach((id, i) => {
      const next = answers[i]?.w?.t;
      if (next === undefined || next > end) wakes.delete(id);
      else wakes.set(id, next);
    });
  }
}

export { peekLead };
