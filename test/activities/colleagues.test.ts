/** What one lead's reply does to the others of its account, on the real store. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { DAY } from '../../src/core/time.ts';
import { openWorld, START, type World, warmUp } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  const buyingGroup = { roles: ['champion'], need: {}, map: [], pauseColleagues: 'P7D' };
  world = await openWorld({ playbook: { ...warmUp, hash: 'grouped', buyingGroup } });
});
afterEach(() => world.close());

it('a reply is in the colleagues’ inboxes with the commit that decided it, and they are nudged', async () => {
  const ada = await world.lead('ada@acme.example');
  const [ben, cleo] = [await world.lead('ben@acme.example'), await world.lead('cleo@acme.example')];
  const stranger = await world.lead('dan@other.example');
  for (const id of [ada, ben, cleo, stranger]) await world.play(id, START + 2 * DAY);
  const nudged: string[] = [];
  const advance = createAdvance({ ...world.deps, nudger: { nudge: async (ids) => void nudged.push(...ids) } });
  await world.put(ada, { kind: 'signal', type: 'reply.received', human: true, reply: { class: 'human' } });
  await advance(ada, { maySend: false });
  await advance(ada, { maySend: false });
  expect(nudged.sort()).toEqual([ben, cleo].sort());
  expect(await world.journal(ada)).toContain('colleagues.told replied');

  const replied = world.now;
  for (const id of [ben, cleo, stranger]) await world.play(id, START + 20 * DAY);
  for (const id of [ben, cleo]) {
    const journal = await world.journal(id);
    expect(journal.filter((line) => line.includes('colleague'))).toEqual([
      'colleague.replied colleague-replied',
      'enrollment.paused colleague-replied',
      'enrollment.resumed colleague-pause-over',
    ]);
    const [, second] = await world.touches(id);
    expect(second?.decidedAt).toBeGreaterThanOrEqual(replied + 7 * DAY);
  }
  expect((await world.journal(stranger)).join()).not.toContain('colleague');
});
