/** What goes on in the demo by itself: things done when the virtual clock gets there, again and again, or at once. */
import { ApiProblem } from '../cli/client.ts';
import type { Clock } from '../clock.ts';
import type { Instant } from '../core/time.ts';

export interface Life {
  /** Runs what may fail without stopping the others; only the unusual is kept. */
  go(what: string, run: () => Promise<void>): void;
  /** Does it when the virtual clock gets there. */
  later(at: Instant, what: string, run: () => Promise<void>): void;
  /** Looks, a pause of so many real ms between two looks, until stopped: that alone is not being busy. */
  every(ms: number, what: string, run: () => Promise<void>): void;
  /** How often this was asked for by these names, from 1. */
  nth(...what: readonly string[]): number;
  problem(words: string): void;
  problems(): readonly string[];
  busy(): boolean;
  stop(): Promise<void>;
}

/** Too late, or asked for too early: what real people meet too. */
const USUAL = new Set([
  'chat-taken',
  'chat-over',
  'task-accepted',
  'task-closed',
  'not-yours',
  'not-with-sales',
  'attempts-missing',
  'already-disqualified',
]);

export function createLife(clock: Clock): Life {
  const counts = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  /** Rounds that only look whether there is something to do. */
  const looking = new Set<Promise<void>>();
  const problems: string[] = [];
  let stopped = false;

  function go(what: string, run: () => Promise<void>, kind = running): void {
    const done = run()
      .catch((error: unknown) => {
        if (stopped || (error instanceof ApiProblem && USUAL.has(error.code))) return;
        problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => kind.delete(done));
    kind.add(done);
  }

  function later(at: Instant, what: string, run: () => Promise<void>): void {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (clock.now() < at) later(at, what, run);
      else go(what, run);
    }, clock.realUntil(at));
    timers.add(timer);
  }

  return {
    go: (what, run) => go(what, run),
    later,
    every(ms, what, run) {
      const again = (): void => {
        if (stopped) return;
        const timer = setTimeout(() => {
          timers.delete(timer);
          go(what, () => run().finally(again), looking);
        }, ms);
        timers.add(timer);
      };
      again();
    },
    nth(...what) {
      const name = what.join(' ');
      const n = (counts.get(name) ?? 0) + 1;
      counts.set(name, n);
      return n;
    },
    problem: (words) => void problems.push(words),
    problems: () => problems,
    busy: () => running.size > 0,
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...running, ...looking]);
    },
  };
}
