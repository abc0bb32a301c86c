/** A pause while messages are on their way and a worker is killed -9: nothing goes after it, nobody's place is lost. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { createApp } from '../../src/api/app.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { createKey } from '../../src/store/keys.ts';
import { writeQuota } from '../../src/store/send-quota.ts';
import { transact } from '../../src/store/tx.ts';
import { PATIENCE, quietLog } from '../support/temporal.ts';
import { openWorld, START, type World } from '../support/world.ts';
import { NEWS } from './support/news.ts';
import type { SendingSetup } from './support/sending-process.ts';

const LEADS = 40;
/** Of one process, as `sending-process.ts` has it. */
const AT_ONCE = 4;

let world: World;
let leads: string[];
let call: (path: string) => Promise<Response>;
const started: ChildProcess[] = [];

beforeEach(async () => {
  // Processes share a server, not an embedded store.
  world = await openWorld({ kind: 'postgres', playbook: NEWS });
  const { database, clock } = world.deps;
  await writeQuota(database.db, { perSecond: 20, per24Hours: 10_000, sent24Hours: 0, readAt: 0, uses: 0 });
  const app = createApp({
    database,
    clock,
    playbooks: { get: async () => NEWS, current: async () => NEWS },
    nudger: { nudge: async () => {} },
    config: { secret: 'a-secret-for-tests-of-32-characters', publicUrl: 'http://127.0.0.1:1' },
    log: quietLog,
    startImport: async () => {},
    forgetRuns: async () => ({ found: 0 }),
  });
  const key = await transact(database.db, (tx) => createKey(tx, { role: 'marketer' }, START));
  const headers = { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' };
  call = async (path) => app.request(path, { method: 'POST', headers, body: '{}' });

  leads = [];
  for (let n = 0; n < LEADS; n += 1) leads.push(await world.lead(`lead-${n}@company-${n}.example`));
  const advance = createAdvance(world.deps);
  for (const lead of leads) await advance(lead, { maySend: false });
  // The next noon: all of them are due, and half of the window is left.
  world.now = START + DAY + 2 * HOUR;
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await world.close();
});

/** A process that sends to all leads; resolves with how it ended. */
function sending(more: Partial<SendingSetup> = {}): Promise<unknown[]> {
  const setup: SendingSetup = {
    databaseUrl: world.url ?? '',
    mailbox: world.mailbox.url,
    now: world.now,
    leads,
    ...more,
  };
  const child = fork(new URL('support/sending-process.ts', import.meta.url), [JSON.stringify(setup)], { execArgv: [] });
  started.push(child);
  return once(child, 'exit');
}

it.each(['pause', 'cadences/news/pause'])('POST /v1/%s', async (path) => {
  world.mailbox.control({ delayMs: 60 });
  expect(await sending({ dieAfter: 8 })).toEqual([null, 'SIGKILL']);
  const before = world.mailbox.count;

  // The one started in its place takes up where that one was, and is in the middle of it.
  const second = sending();
  await expect.poll(() => world.mailbox.count, PATIENCE).toBeGreaterThan(before + 4);
  expect((await call(`/v1/${path}`)).status).toBe(200);
  const after = world.mailbox.count;
  expect(await second).toEqual([0, null]);
  expect(world.mailbox.count).toBe(after);
  expect(after).toBeLessThan(LEADS - AT_ONCE);

  expect((await call(`/v1/${path.replace('pause', 'resume')}`)).status).toBe(200);
  expect(world.mailbox.count).toBe(after);
  const from = world.now;
  for (const lead of leads) {
    world.now = from;
    await world.play(lead, from + DAY);
  }
  const states = (await Promise.all(leads.map((lead) => world.touches(lead)))).map((of) =>
    of.map(({ state }) => state),
  );
  // What the kill cut off nobody knows, and it is not sent again; everybody else got theirs.
  const cutOff = states.filter(([state]) => state === 'unconfirmed').length;
  expect(states.filter((of) => of.length !== 1 || !['sent', 'unconfirmed'].includes(of[0] ?? ''))).toEqual([]);
  expect(cutOff).toBeGreaterThan(0);
  expect(cutOff).toBeLessThanOrEqual(AT_ONCE);
  const counts = [...world.mailbox.touchCounts().values()];
  expect(counts.every((times) => times === 1)).toBe(true);
  expect(counts.length).toBeGreaterThanOrEqual(LEADS - cutOff);
});
