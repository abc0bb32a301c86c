/** A pause with sends under way: its answer comes when nothing goes out any more, and nobody loses a place. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { createApp } from '../../src/api/app.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { createPacer, type Pacer } from '../../src/pace/pacer.ts';
import { createKey } from '../../src/store/keys.ts';
import { writeQuota } from '../../src/store/send-quota.ts';
import { transact } from '../../src/store/tx.ts';
import { quietLog } from '../support/temporal.ts';
import { nextWake, openWorld, START, type World, warmUp } from '../support/world.ts';

let world: World;
let pacer: Pacer;
let call: (path: string, body?: unknown) => Promise<Response>;

beforeEach(async () => {
  world = await openWorld();
  const { database, clock } = world.deps;
  await writeQuota(database.db, { perSecond: 100, per24Hours: 10_000, sent24Hours: 0, readAt: 0, uses: 0 });
  pacer = createPacer({ db: database.db, log: quietLog });
  const app = createApp({
    database,
    clock,
    playbooks: { get: async () => warmUp, current: async () => warmUp },
    nudger: { nudge: async () => {} },
    config: { secret: 'a-secret-for-tests-of-32-characters', publicUrl: 'http://127.0.0.1:1' },
    log: quietLog,
    startImport: async () => {},
    forgetRuns: async () => ({ found: 0 }),
  });
  const key = await transact(database.db, (tx) => createKey(tx, { role: 'marketer' }, START));
  call = async (path, body = {}) =>
    app.request(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
});
afterEach(async () => {
  await pacer.close();
  await world.close();
});

/** Leads whose first email is due now. */
async function due(count: number): Promise<string[]> {
  const leads: string[] = [];
  for (let n = 0; n < count; n += 1) leads.push(await world.lead(`lead-${n}@company-${n}.example`));
  const advance = createAdvance(world.deps);
  for (const lead of leads) await advance(lead, { maySend: false });
  // The next noon: all of them are due, and half of the window is left.
  world.now = START + DAY + 2 * HOUR;
  return leads;
}

it.each(['/v1/pause', '/v1/cadences/warm-up/pause'])('%s: no message goes out after its answer', async (path) => {
  const leads = await due(30);
  world.mailbox.control({ delayMs: 60 });
  let committed = 0;
  const advance = createAdvance({
    ...world.deps,
    pacer,
    onPoint: async (point) => {
      if (point !== 'claimed' && point !== 'sending-committed') return;
      committed += 1;
      // Some are slow after the decision, some between its commit and the call, where a pause is easily overlooked.
      if (committed % 3 === 0) await delay(100);
    },
  });
  const queue = [...leads];
  const workers = Array.from({ length: 4 }, async () => {
    for (let lead = queue.shift(); lead !== undefined; lead = queue.shift()) await advance(lead, { maySend: true });
  });
  while (world.mailbox.count < 5) await delay(5);
  const answer = await call(path);
  expect(answer.status).toBe(200);
  const after = world.mailbox.count;
  await Promise.all(workers);
  expect(world.mailbox.count).toBe(after);
  expect(after).toBeLessThan(leads.length);

  // Who was held stands at the same step, has no touch under way, and goes when it is resumed.
  const states = await Promise.all(leads.map(async (lead) => (await world.touches(lead)).map(({ state }) => state)));
  expect(states.flat().filter((state) => state !== 'sent' && state !== 'claimed')).toEqual([]);
  expect(states.filter(([state]) => state === 'sent')).toHaveLength(after);
  expect((await call(path.replace('pause', 'resume'))).status).toBe(200);
  world.mailbox.control({ delayMs: 0 });
  const held = leads.filter((_, n) => states[n]?.[0] !== 'sent');
  const again = createAdvance(world.deps);
  for (const lead of held) await again(lead, { maySend: false });
  const slots = await Promise.all(held.map((lead) => nextWake(world, lead)));
  // Each at a time of its own, all of them ahead.
  expect(slots.filter((at) => at === null || at <= world.now)).toEqual([]);
  expect(new Set(slots).size).toBe(held.length);
  expect(world.mailbox.count).toBe(after);
  for (const lead of held) await world.play(lead, world.now + DAY);
  expect(world.mailbox.touchCounts().size).toBe(leads.length);
  expect([...world.mailbox.touchCounts().values()].every((times) => times === 1)).toBe(true);
});

it('waits for a message that was handed over before, and not for one that was cut off long ago', async () => {
  const [lead = '', lost = ''] = await due(2);
  const advance = createAdvance(world.deps);
  world.mailbox.control({ mode: 'timeoutAfterAccept', count: 1 });
  await advance(lost, { maySend: true });
  world.now += 2 * 60_000;
  world.mailbox.control({ delayMs: 400 });
  const sending = advance(lead, { maySend: true });
  while ((await world.touches(lead)).length === 0) await delay(5);
  const began = performance.now();
  expect((await call('/v1/pause')).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(3_000);
  expect((await world.touches(lead)).map(({ state }) => state)).toEqual(['sent']);
  await sending;
  expect((await world.touches(lost)).map(({ state }) => state)).toEqual(['sending']);
});
