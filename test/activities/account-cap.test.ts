/** The cap of an account under races: 20 of its leads come to their email at the same moment. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { DAY } from '../../src/core/time.ts';
import { openWorld, playUntil, START, type World, warmUp } from '../support/world.ts';

const CAP = { touches: 5, per: 'P7D' };
const LEADS = 20;

let world: World;
beforeEach(async () => {
  world = await openWorld({
    playbook: { ...warmUp, hash: 'capped', caps: { account: CAP, count: ['email', 'task'] } },
  });
});
afterEach(() => world.close());

it('lets five of twenty go, and the others when their turn comes', async () => {
  const leads: string[] = [];
  for (let n = 0; n < LEADS; n++) leads.push(await world.lead(`person-${n}@acme.example`));
  const other = await world.lead('ada@other.example');
  const advance = createAdvance(world.deps);
  const due = await Promise.all([...leads, other].map((id) => advance(id, { maySend: false })));
  world.now = Math.max(...due.map(({ w }) => w?.t ?? 0));
  await Promise.all([...leads, other].map((id) => advance(id, { maySend: true })));

  const sentNow = await sent();
  expect(sentNow.filter(({ lead }) => lead === other)).toHaveLength(1);
  expect(sentNow.filter(({ lead }) => lead !== other)).toHaveLength(CAP.touches);
  const waits = await Promise.all(leads.map((id) => world.journal(id)));
  expect(waits.filter((lines) => lines.includes('touch.deferred account-capped'))).toHaveLength(LEADS - CAP.touches);

  // Week by week five more go, and nobody is forgotten: 40 emails in all.
  await playUntil(world, leads, START + 70 * DAY);
  const all = (await sent()).filter(({ lead }) => lead !== other).map(({ at }) => at);
  expect(all).toHaveLength(2 * LEADS);
  for (const from of all)
    expect(all.filter((t) => t >= from && t < from + 7 * DAY).length).toBeLessThanOrEqual(CAP.touches);
});

async function sent(): Promise<{ lead: string; at: number }[]> {
  const rows = await world.database.db
    .selectFrom('touches')
    .select(['lead_id as lead', 'decided_at as at'])
    .where('state', '=', 'sent')
    .execute();
  return rows;
}
