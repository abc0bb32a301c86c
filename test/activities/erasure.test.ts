/** Erasing a person on the real engine: what is on its way is waited for, and the engine forgets too. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdvancePoint } from '../../activities/advance.ts';
import { createLeadActivities } from '../../activities/index.ts';
import { type EraseDeps, runErasure } from '../../src/api/erase-run.ts';
import { createClock } from '../../src/clock.ts';
import { requestErasure } from '../../src/store/erase.ts';
import { createNameKey } from '../../src/store/erased-names.ts';
import { transact } from '../../src/store/tx.ts';
import { runForgetter } from '../../src/temporal/forget.ts';
import { createNudger, type Nudger } from '../../src/temporal/nudge.ts';
import { canaryRows } from '../support/canary.ts';
import { type Engine, openEngine, PATIENCE, quietLog } from '../support/temporal.ts';
import { openWorld, START, type World } from '../support/world.ts';

const ADDRESS = 'ada.zaquirin@zaquirin.example';
const isHers = (text: string): boolean => /zaquirin|lovelace/i.test(text);

/** A day in 100 ms: an email that is spread over the day goes at once. */
const FACTOR = 864_000;

let world: World;
let engine: Engine;
let nudger: Nudger;
let deps: EraseDeps;
beforeEach(async () => {
  engine = await openEngine();
  world = await openWorld({ clock: createClock({ real: Date.now() + 2_000, virtual: START, factor: FACTOR }) });
  nudger = createNudger({ client: engine.client, log: quietLog });
  const { database, clock, log } = world.deps;
  deps = { database, clock, log, forgetRuns: runForgetter(engine.client) };
});
afterEach(async () => {
  await nudger.close();
  await engine.close();
  await world.close();
});

/** A lead whose welcome is on its way, held at a point until it is let go. */
async function heldAt(point: AdvancePoint): Promise<{ lead: string; reached: Promise<void>; letGo: () => void }> {
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const onPoint = async (at: AdvancePoint): Promise<void> => {
    if (at !== point) return;
    reached.resolve();
    await go.promise;
  };
  await engine.startWorkers({ activities: createLeadActivities({ ...world.deps, onPoint }) });
  const lead = await world.lead(ADDRESS);
  await nudger.nudge([lead]);
  return { lead, reached: reached.promise, letGo: go.resolve };
}

const request = (lead: string) =>
  transact(world.database.db, (tx) =>
    requestErasure(tx, lead, { by: 'test', now: deps.clock.now(), names: createNameKey('s'.repeat(32)) }),
  );
const isForgotten = (lead: string) =>
  engine.client.workflow
    .getHandle(`lead-${lead}`)
    .describe()
    .then(
      () => false,
      (error: Error) => error.name === 'WorkflowNotFoundError',
    );

describe('a message on its way to the mail service', () => {
  it.each(['sending-committed', 'accepted'] as const)('at %s is waited for, and is the last', async (point) => {
    const { lead, reached, letGo } = await heldAt(point);
    await reached;
    await request(lead);
    expect((await runErasure(deps, lead))?.erasedAt).toBeNull();
    letGo();
    expect((await runErasure(deps, lead, { waitMs: 20_000 }))?.erasedAt).toEqual(expect.any(Number));
    expect(await canaryRows(world.database.db, isHers)).toEqual([]);
    expect([...world.mailbox.touchCounts().values()]).toEqual([1]);
    await expect.poll(() => isForgotten(lead), PATIENCE).toBe(true);
    // A nudge that comes too late starts a run that finds nobody.
    await nudger.nudge([lead]);
    await engine.client.workflow.getHandle(`lead-${lead}`).result();
    expect([...world.mailbox.touchCounts().values()]).toEqual([1]);
  });
});

describe('twenty signals at once with an erasure', () => {
  it('leave nothing, and start nothing that stays', async () => {
    const { lead, reached, letGo } = await heldAt('recorded');
    await reached;
    letGo();
    const put = () =>
      world.put(lead, { kind: 'signal', type: 'page.pricing', human: true }).then(() => nudger.nudge([lead]));
    const signals = Array.from({ length: 20 }, put);
    const erasures = [request(lead), request(lead)];
    await Promise.all([...signals, ...erasures]);
    await runErasure(deps, lead, { waitMs: 20_000 });
    await nudger.nudge([lead]);
    await engine.client.workflow.getHandle(`lead-${lead}`).result();
    expect(await canaryRows(world.database.db, isHers)).toEqual([]);
    const left = await canaryRows(world.database.db, (row) => row.includes(lead));
    expect(left.map((row) => row.split(':')[0])).toEqual(['erasures']);
  });
});

describe('runs that have ended', () => {
  it('go too, though the server takes its time', async () => {
    await engine.startWorkers({ activities: createLeadActivities(world.deps) });
    const lead = await world.lead(ADDRESS);
    await request(lead);
    await nudger.nudge([lead]);
    await engine.client.workflow.getHandle(`lead-${lead}`).result();
    await runErasure(deps, lead);
    await expect.poll(() => isForgotten(lead), { timeout: 80_000, interval: 500 }).toBe(true);
  }, 90_000);
});
