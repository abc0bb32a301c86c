import { expect, it } from 'vitest';
import type { Nudger } from '../../src/temporal/nudge.ts';
import { startSweeper } from '../../src/temporal/sweeper.ts';
import { quietLog } from '../support/temporal.ts';

const HOUR = 3_600_000;

/** Keeps whom it was told to nudge. */
function listed(): { nudged: string[]; nudger: Nudger; first: Promise<void> } {
  const nudged: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const nudger: Nudger = {
    nudge: async (leads) => {
      nudged.push(...leads);
      resolve();
    },
    close: async () => {},
  };
  return { nudged, nudger, first: promise };
}

it('nudges what was left, in the asked-for number', async () => {
  const { nudged, nudger } = listed();
  const pending = async (limit: number) => ['a', 'b', 'c'].slice(0, limit);
  const sweeper = startSweeper({ pending, nudger, log: quietLog, intervalMs: HOUR, limit: 2 });
  expect(await sweeper.sweep()).toBe(2);
  expect(nudged).toEqual(['a', 'b']);
  await sweeper.stop();
});

it('sweeps by itself, again after a failure', async () => {
  const { nudged, nudger, first } = listed();
  let sweeps = 0;
  const pending = async () => {
    sweeps += 1;
    if (sweeps === 1) throw new Error('database away');
    return ['a'];
  };
  const sweeper = startSweeper({ pending, nudger, log: quietLog, intervalMs: 5 });
  await first;
  await sweeper.stop();
  expect(nudged[0]).toBe('a');
  expect(sweeps).toBeGreaterThanOrEqual(2);
});

it('runs one sweep at a time', async () => {
  const { nudger } = listed();
  let running = 0;
  const pending = async () => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return [];
  };
  const sweeper = startSweeper({ pending, nudger, log: quietLog, intervalMs: HOUR });
  await Promise.all([sweeper.sweep(), sweeper.sweep(), sweeper.sweep()]);
  await sweeper.stop();
});
