/** A loop runs again after its run has ended, also one that failed, and not once it was stopped. */
import { expect, it } from 'vitest';
import { startRepeating } from '../src/repeat.ts';

it('runs again and again, is told of failures, and overtakes no run', async () => {
  const failures: unknown[] = [];
  const third = Promise.withResolvers<void>();
  let runs = 0;
  let under = 0;
  const loop = startRepeating(
    async () => {
      under += 1;
      expect(under).toBe(1);
      await Promise.resolve();
      under -= 1;
      runs += 1;
      if (runs === 3) third.resolve();
      if (runs === 2) throw new Error('the second');
    },
    { everyMs: 1, atOnce: true, failed: (err) => failures.push(err) },
  );
  await third.promise;
  await loop.stop();
  expect(failures).toEqual([new Error('the second')]);
});

it('ends with the run under way, and begins none after that', async () => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  let runs = 0;
  const loop = startRepeating(
    async () => {
      runs += 1;
      begun.resolve();
      await end.promise;
    },
    { everyMs: 0, failed: () => {} },
  );
  await begun.promise;
  let stopped = false;
  const stopping = loop.stop().then(() => {
    stopped = true;
  });
  await Promise.resolve();
  expect(stopped).toBe(false);
  end.resolve();
  await stopping;
  expect(runs).toBe(1);
});
