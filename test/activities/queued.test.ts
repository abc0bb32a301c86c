/** What changes while a touch waits for its turn counts: it is decided at its turn, not when it joined the queue. */
import { afterEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { keepQuotaHolds } from '../../src/pace/holds.ts';
import { createPacer, type Pacer, URGENCY } from '../../src/pace/pacer.ts';
import { listPauses, pauseScope } from '../../src/store/pauses.ts';
import { readQuota, roomNow, type SendQuota, writeQuota } from '../../src/store/send-quota.ts';
import { suppress } from '../../src/store/suppressions/suppress.ts';
import { transact } from '../../src/store/tx.ts';
import { cadence, email, inARow, playbook, template } from '../core/support/playbook.ts';
import { quietLog } from '../support/temporal.ts';
import { nextWake, openWorld, START, type World } from '../support/world.ts';

const entry = { when: { source: 'true', timed: false, test: () => true }, again: { kind: 'once' } } as const;
const everyDay = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  from: '09:00',
  to: '17:00',
  zones: ['company'],
} as const;
const MARKETING = playbook({
  hash: 'marketing',
  cadences: { news: cadence('news', { entry, window: everyDay, ...inARow(email('letter')) }) },
  emails: { letter: template('letter') },
});
const SERVICE = playbook({
  hash: 'service',
  cadences: { help: cadence('help', { entry, purpose: 'service', window: everyDay, ...inARow(email('answer')) }) },
  emails: { answer: template('answer') },
});

let world: World;
let pacer: Pacer;

afterEach(async () => {
  await pacer.close();
  await world.close();
});

/** One message in two seconds, so that whoever has the one slot keeps everybody else waiting. */
async function open(version = MARKETING, quota: Partial<SendQuota> = {}): Promise<void> {
  world = await openWorld({ playbook: version });
  const { db } = world.database;
  await writeQuota(db, { perSecond: 0.5, per24Hours: 10_000, sent24Hours: 0, readAt: 0, uses: 0, ...quota });
  pacer = createPacer({ db, log: quietLog });
}

/** A lead whose only email is due now, on the next day, and the answer that said when. */
async function due(address = 'ada@company.example') {
  const lead = await world.lead(address);
  const answer = await createAdvance(world.deps)(lead, { maySend: false });
  world.now = START + DAY + 2 * HOUR;
  return { lead, answer };
}

/** Joins the queue behind a message that is on its way, lets something happen meanwhile, and gets its turn. */
async function waiting(lead: string, happens: () => Promise<unknown>): Promise<void> {
  const before = await pacer.permit(URGENCY.urgent);
  if (before.kind !== 'permit') throw new Error(before.kind);
  const advancing = createAdvance({ ...world.deps, pacer })(lead, { maySend: true });
  await happens();
  before.done(false);
  await advancing;
}

it.each<[string, () => Promise<unknown>, string]>([
  ['its window closes', async () => (world.now += 10 * HOUR), 'touch.deferred outside-window'],
  [
    'all sending is paused',
    () => transact(world.database.db, (tx) => pauseScope(tx, { scope: '*', reason: '', by: 'ada', at: world.now })),
    'touch.held sending-paused',
  ],
])('%s while it waits: it does not go, and says why', async (_, happens, entryOf) => {
  await open();
  const { lead } = await due();
  await waiting(lead, happens);
  expect(world.mailbox.count).toBe(0);
  expect(await world.journal(lead)).toContain(entryOf);
});

it('goes in the next window, once, when its own has closed while it waited', async () => {
  await open();
  const { lead } = await due();
  await waiting(lead, async () => (world.now += 10 * HOUR));
  const next = await nextWake(world, lead);
  expect(next).toBeGreaterThan(START + 2 * DAY - 2 * HOUR);
  await world.play(lead, START + 3 * DAY);
  expect(world.mailbox.messages()).toHaveLength(1);
});

it('never goes when the person unsubscribes while it waits', async () => {
  await open();
  const { lead } = await due();
  await waiting(lead, () =>
    transact(world.database.db, (tx) =>
      suppress(
        tx,
        { email: 'ada@company.example', purpose: 'marketing', reason: 'unsubscribed', by: 'lead' },
        world.now,
      ),
    ),
  );
  expect(world.mailbox.count).toBe(0);
  expect(await world.journal(lead)).toContain('enrollment.ended suppressed');
});

it('is held when the quota of 24 hours runs out while it waits, keeps its place, and goes once there is room', async () => {
  // The message that goes before it leaves no more than what is kept for sales and service.
  await open(MARKETING, { per24Hours: 20, sent24Hours: 18 });
  const { lead } = await due();
  const before = await pacer.permit(URGENCY.urgent);
  if (before.kind !== 'permit') throw new Error(before.kind);
  const advancing = createAdvance({ ...world.deps, pacer })(lead, { maySend: true });
  before.done(true);
  expect(await advancing).not.toHaveProperty('w');
  expect(world.mailbox.count).toBe(0);
  expect(await world.journal(lead)).toContain('touch.held quota-exhausted');

  const { db } = world.database;
  const quota = await readQuota(db);
  if (quota === null) throw new Error('no quota');
  const larger = { ...quota, per24Hours: 10_000 };
  await writeQuota(db, larger);
  const room = await roomNow(db, larger);
  expect(await transact(db, (tx) => keepQuotaHolds(tx, larger, room, world.now))).toEqual(['quota:marketing']);
  await world.play(lead, world.now + DAY);
  expect(world.mailbox.count).toBe(1);
});

it('of service goes ahead of bulk, and on what is kept of the quota', async () => {
  await open(SERVICE, { per24Hours: 20, sent24Hours: 19 });
  const { lead, answer } = await due();
  expect(answer.w?.p).toBe(URGENCY.urgent);
  await createAdvance({ ...world.deps, pacer })(lead, { maySend: true, urgency: URGENCY.urgent });
  expect(world.mailbox.count).toBe(1);
  expect(await listPauses(world.database.db)).toEqual([]);
});
