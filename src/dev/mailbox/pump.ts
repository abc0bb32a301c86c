/**
 * Brings events to their receiver: in order, one request at a time, each a JSON array of what has
 * gathered meanwhile. A receiver that is away or failing is tried again until it answers; one that
 * says 4xx will never take them, so they are counted as refused and dropped.
 */
import { setTimeout } from 'node:timers/promises';
import type { SesEventJson } from './events.ts';

export interface EventTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface EventPump {
  /** `delivered` is called once the receiver has this event, or has refused it. */
  push(event: SesEventJson, delivered?: () => void): void;
  setTarget(target: EventTarget | undefined): void;
  /** Events that wait. */
  readonly pending: number;
  /** Events that the receiver refused, and what it said last. */
  readonly refused: { readonly count: number; readonly last?: string };
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const BATCH = 100;
const FIRST_WAIT = 50;
const LONGEST_WAIT = 5_000;

export function createPump(initial: EventTarget | undefined): EventPump {
  let target = initial;
  let queue: { event: SesEventJson; delivered?: () => void }[] = [];
  let running: Promise<void> | undefined;
  let closed = false;
  let refused: { count: number; last?: string } = { count: 0 };
  let idlers: (() => void)[] = [];
  const abort = new AbortController();

  async function run(): Promise<void> {
    // Lets a burst gather in one request.
    await new Promise(setImmediate);
    let wait = FIRST_WAIT;
    while (!closed && target !== undefined && queue.length > 0) {
      const batch = queue.slice(0, BATCH);
      const outcome = await post(
        target,
        batch.map((item) => item.event),
        abort.signal,
      );
      if (outcome.kind === 'again') {
        await pause(wait, abort.signal);
        wait = Math.min(LONGEST_WAIT, wait * 2);
        continue;
      }
      wait = FIRST_WAIT;
      if (outcome.kind === 'refused') refused = { count: refused.count + batch.length, last: outcome.words };
      queue = queue.slice(batch.length);
      for (const item of batch) item.delivered?.();
    }
    running = undefined;
    if (queue.length === 0) {
      for (const idler of idlers) idler();
      idlers = [];
    }
  }
  function wake(): void {
    if (!closed && target !== undefined && queue.length > 0) running ??= run();
  }

  return {
    push(event, delivered) {
      if (closed) return;
      queue.push(delivered === undefined ? { event } : { event, delivered });
      wake();
    },
    setTarget(next) {
      target = next;
      wake();
    },
    get pending() {
      return queue.length;
    },
    get refused() {
      return refused;
    },
    idle: () => (queue.length === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    async close() {
      closed = true;
      abort.abort();
      await running;
      for (const idler of idlers) idler();
    },
  };
}

type Outcome = { readonly kind: 'taken' | 'again' } | { readonly kind: 'refused'; readonly words: string };

async function post(target: EventTarget, events: readonly SesEventJson[], signal: AbortSignal): Promise<Outcome> {
  try {
    const answer = await fetch(target.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...target.headers },
      body: JSON.stringify(events),
      signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
    });
    const words = (await answer.text()).slice(0, 500);
    if (answer.ok) return { kind: 'taken' };
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return { kind: 'again' };
    return { kind: 'refused', words: `${answer.status} ${words}` };
  } catch {
    return { kind: 'again' };
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Rejects only when the pump closes, and then there is nothing to wait for.
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
