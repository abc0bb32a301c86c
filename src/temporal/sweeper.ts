/**
 * Nudges what was left: inputs whose nudge never arrived (this process died between the commit and
 * the signal, or Temporal was away), and due times that passed with nobody waking. A loop beside
 * the API or the worker, never a workflow; two of them do no harm.
 */
import type { Logger } from '../log.ts';
import { startRepeating } from '../repeat.ts';
import type { Nudger } from './nudge.ts';

export interface SweeperOptions {
  /** Leads that wait for a nudge they should have had; at most `limit`, the longest waiting first. */
  readonly pending: (limit: number) => Promise<readonly string[]>;
  readonly nudger: Nudger;
  readonly log: Logger;
  /** Real ms between sweeps that find nothing. */
  readonly intervalMs?: number;
  readonly limit?: number;
}

export interface Sweeper {
  /** One sweep; how many leads were nudged. */
  sweep(): Promise<number>;
  /** Ends the loop once the sweep under way is done. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 15_000;
const LIMIT = 500;

/** Starts the loop. A sweep that fails is logged and tried again at the next interval. */
export function startSweeper({
  pending,
  nudger,
  log,
  intervalMs = INTERVAL_MS,
  limit = LIMIT,
}: SweeperOptions): Sweeper {
  let running: Promise<number> | undefined;

  const once = async (): Promise<number> => {
    const leads = await pending(limit);
    if (leads.length > 0) {
      log.info({ leads: leads.length }, 'sweeper nudges leads that were left waiting');
      await nudger.nudge(leads);
    }
    return leads.length;
  };
  // One at a time: a sweep that takes longer than the interval is not overtaken by the next.
  const sweep = (): Promise<number> => {
    running ??= once().finally(() => {
      running = undefined;
    });
    return running;
  };
  const loop = startRepeating(sweep, {
    everyMs: intervalMs,
    failed: (err) => log.error({ err }, 'sweep failed; it runs again'),
  });
  return {
    sweep,
    async stop() {
      await loop.stop();
      await running?.catch(() => {});
    },
  };
}
