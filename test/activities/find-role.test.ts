/** A missing role under races: reps accept leads of one account at the same moment. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { openWorld, type World, warmUp } from '../support/world.ts';

const rep = 'rep-1@northwind.example';
let world: World;
beforeEach(async () => {
  const onMissing = { task: 'find-role', title: 'Find the {{ role }}', due: { working: 'P5D' }, again: 'P90D' };
  const buyingGroup = { roles: ['champion'], need: { champion: 1 }, map: [], onMissing };
  world = await openWorld({ playbook: { ...warmUp, hash: 'finding', cadences: {}, buyingGroup } });
});
afterEach(() => world.close());

it('one task for an account and role, however many of its leads are accepted at once', async () => {
  const { db } = world.database;
  const advance = createAdvance(world.deps);
  const tasks = (role: string | null) =>
    db
      .selectFrom('tasks')
      .select(['id', 'title', 'state', 'assignee'])
      .where('role', role === null ? 'is' : '=', role)
      .execute();
  for (let n = 0; n < 8; n++) {
    const id = await world.lead(`person-${n}@acme.example`);
    await world.put(id, { kind: 'handoff', handoff: 'warm', by: 'marketer' });
    await advance(id, { maySend: false });
  }
  const offers = await db.selectFrom('tasks').select(['id', 'lead_id']).execute();
  for (const { id, lead_id } of offers) {
    await world.put(lead_id, { kind: 'task.answered', task: id, answer: 'accept', by: rep });
  }
  await Promise.all(offers.map(({ lead_id }) => advance(lead_id, { maySend: false })));
  expect(await tasks('champion')).toMatchObject([{ title: 'Find the champion', state: 'open', assignee: rep }]);
  expect(await tasks(null)).toHaveLength(8);
});
