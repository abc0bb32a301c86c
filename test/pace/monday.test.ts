/** `npm run bench:monday` in short: the whole engine, everybody due at once, and the mailbox's own record of the pace. */
import { expect, it } from 'vitest';
import { drainMonday } from '../../bench/monday.ts';

it('a hundred leads due at the same moment go at the pace of the quota: nobody early, lost or twice', async () => {
  // On a busy machine it takes longer than it may at all; how long is for the benchmark to say.
  const drained = await drainMonday({ leads: 100, perSecond: 20, repliesPerSecond: 1 });
  expect(drained).toMatchObject({ sent: 100, twice: 0, early: 0 });
  expect(drained.mostIn2s).toBeLessThanOrEqual(40);
  // A pace of its own: the first forty at once, the others after two seconds and after four.
  expect(drained.tookMs).toBeGreaterThanOrEqual(4_000);
  expect(drained.taskMs.length).toBeGreaterThan(0);
}, 120_000);
