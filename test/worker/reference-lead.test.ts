/** The reference lead of `npm run bench`, in ten seconds: what a lead costs in Temporal, counted from the server. */
import { expect, it } from 'vitest';
import { referenceLead } from '../../bench/reference.ts';

it('five emails, two tasks with their answers and two signals in 30 days cost at most 25 actions and 16 KB', async () => {
  const { actions, bytes, emails, tasks } = await referenceLead(300);
  expect([emails, tasks]).toEqual([5, ['done', 'accepted']]);
  expect(actions).toBeLessThanOrEqual(25);
  expect(bytes).toBeLessThanOrEqual(16 * 1_024);
}, 120_000);
