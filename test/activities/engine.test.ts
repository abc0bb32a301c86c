/** The whole way on real parts: Temporal, store, mailbox, with the clock sped up. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AdvanceDeps } from '../../activities/advance.ts';
import { createLeadActivities } from '../../activities/index.ts';
import { createClock } from '../../src/clock.ts';
import { actionsOf, bytesOf } from '../../src/temporal/history.ts';
import { createNudger, type Nudger } from '../../src/temporal/nudge.ts';
import { type Engine, openEngine, quietLog } from '../support/temporal.ts';
import { openWorld, START, type World } from '../support/world.ts';

/** A day in 100 ms: the warm-up's four days or so pass in half a second. */
const FACTOR = 864_000;

let world: World;
let engine: Engine;
let nudger: Nudger;

beforeEach(async () => {
  engine = await openEngine();
  world = await openWorld({ clock: createClock({ real: Date.now() + 3_000, virtual: START, factor: FACTOR }) });
  nudger = createNudger({ client: engine.client, log: quietLog });
});
afterEach(async () => {
  await nudger.close();
  await engine.close();
  await world.close();
});

const enter = async (count: number, deps: Partial<AdvanceDeps> = {}): Promise<string[]> => {
  await engine.startWorkers({ activities: createLeadActivities({ ...world.deps, ...deps }) });
  const leads: string[] = [];
  for (let i = 0; i < count; i += 1) leads.push(await world.lead(`lead-${i}@company-${i}.example`));
  await nudger.nudge(leads);
  return leads;
};
const ended = (leads: readonly string[]) =>
  Promise.all(leads.map((lead) => engine.client.workflow.getHandle(`lead-${lead}`).result()));

it('takes a lead through its cadence and ends', async () => {
  const [lead = ''] = await enter(1);
  await ended([lead]);
  expect((await world.touches(lead)).map((touch) => [touch.step, touch.state])).toEqual([
    ['welcome', 'sent'],
    ['follow-up', 'sent'],
  ]);
  expect([...world.mailbox.touchCounts().values()]).toEqual([1, 1]);
});

it('keeps every lead within 2 actions and 1.3 KB of history a touch, the start and the end apart', async () => {
  const [lead = ''] = await enter(1);
  await ended([lead]);
  const events = await engine.history(lead);
  expect(actionsOf(events)).toBeLessThanOrEqual(2 * 2 + 3);
  expect(bytesOf(events)).toBeLessThanOrEqual(2 * 1_331 + 2_000);
});

it('holds no personal data in its history', async () => {
  const [lead = ''] = await enter(1, {
    onPoint: async (point) => {
      if (point === 'sending-committed') throw new Error('lead-0@company-0.example of Ada Lovelace');
    },
    giveUpMs: 500,
  });
  await ended([lead]);
  const history = JSON.stringify(await engine.history(lead), (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
  expect(history).toContain(lead);
  expect(history).not.toMatch(/lead-0@|company-0|Ada|Lovelace/);
});

it('sends nothing twice and forgets nothing while its workers die at every point', async () => {
  let deaths = 0;
  const leads = await enter(12, {
    giveUpMs: 1_500,
    onPoint: () => {
      deaths += 1;
      return deaths % 7 === 0 ? Promise.reject(new Error('killed')) : Promise.resolve();
    },
  });
  await ended(leads);
  expect(deaths).toBeGreaterThan(20);
  expect(Math.max(...world.mailbox.touchCounts().values())).toBe(1);
  for (const lead of leads) {
    const touches = await world.touches(lead);
    expect(touches.map((touch) => touch.step)).toEqual(['welcome', 'follow-up']);
    for (const touch of touches) expect(['sent', 'unconfirmed']).toContain(touch.state);
  }
  // Six points a touch are six places to die at, and each death costs a retry of a second and more: 14 s in all.
}, 90_000);
