/** `npm run bench:upgrade` in short: sleeping leads carried over to a newer version of the workers. */
import { expect, it } from 'vitest';
import { carryOver, judge } from '../../bench/upgrade.ts';

it('fifty sleeping leads go over to a newer version while both run, and go on when the older one has gone', async () => {
  const upgrade = { leads: 50, sleepMs: 15_000 };
  expect(judge(upgrade, await carryOver(upgrade)).filter(({ held }) => !held)).toEqual([]);
}, 180_000);
