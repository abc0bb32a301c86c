/** What one try of `advance` has in its hands, until it is let go or dropped. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../src/clock.ts';
import type { AlreadyEnded } from '../src/core/already-ended.ts';
import type { TouchRequest } from '../src/core/decision.ts';
import { NOT_SENT } from '../src/core/touch.ts';
import type { Delivery, Line, Made } from './deliver.ts';
import type { Ended } from './ended.ts';

type Ready = Extract<Made, { kind: 'ready' }>;

export class Turn {
  /** Whether a touch may go: on the email queue, and with nothing to record first. */
  readonly maySend: boolean;
  /** Names this try in the ledger, and the process it is made by. */
  readonly holder = `${process.pid}.${randomUUID()}`;
  line: Line | undefined;
  /** What holds it back beside the pauses of the store. */
  holds: readonly string[] = [];
  /** Found ended so often that the decision leaves them be. */
  already: AlreadyEnded = new Set();
  /** How to leave the gate that the commit stands in. */
  leave: (() => void) | undefined;
  #held: { readonly touch: TouchRequest; readonly made: Ready } | undefined;

  constructor(maySend: boolean) {
    this.maySend = maySend;
  }

  /** The touch whose message is ready and has not been let go. */
  get touch(): TouchRequest | undefined {
    return this.#held?.touch;
  }

  take(touch: TouchRequest, made: Ready): void {
    this.#held = { touch, made };
  }

  /**
   * Sends, and leaves the gate once the last byte is with the operating system: node writes it at the end of this turn
   * of its loop, after all that those who wait at the gate would do first.
   */
  go(): Promise<Delivery> {
    const held = this.#held;
    if (held === undefined) throw new Error('there is no message to send');
    this.#held = undefined;
    const delivery = held.made.send();
    const { leave } = this;
    this.leave = undefined;
    if (leave !== undefined) setImmediate(leave);
    return delivery;
  }

  /** The message does not go: its request ends without its last byte. */
  drop(): void {
    this.#held?.made.abandon();
    this.#held = undefined;
    this.leave?.();
    this.leave = undefined;
  }

  /** Whoever needs a connection next may have this one's. */
  hangUp(): void {
    if (this.line?.kind === 'open') this.line.reserved.done();
    this.line = undefined;
  }
}

/** A touch that surely was not sent, by a commit of which nobody knows whether it took effect. */
export function takenBack(touch: TouchRequest, holder: string, clock: Clock): Ended {
  const at = clock.anchor.factor > 1 ? touch.at : clock.now();
  const body = { kind: 'touch.result', touch: touch.id, outcome: 'refused', retryAt: at, detail: NOT_SENT } as const;
  return { touch, at, body, holder };
}
