/**
 * Whether a person clicked, from all clicks of one message and when it arrived. Pure, and the same whatever
 * the order they became known in; the rules and their sources are in docs/email.md, "Clicks".
 */
import { HOUR, type Instant, SECOND } from '../../core/time.ts';
import type { Hint } from './hint.ts';

export interface Click {
  readonly id: string;
  /** Tells two links of a message apart. */
  readonly link: string;
  readonly at: Instant;
  readonly hint: Hint | null;
}

export type MachineSign = Hint | 'too-early' | 'with-trap' | 'several-at-once';
export type Verdict = 'human' | 'again' | MachineSign;

/** Nobody has been told of the mail, opened it and found the link by then. */
const TOO_EARLY = 2 * SECOND;
/** Two links in so short a time, or three in the longer one, are no reading. */
const TWO_LINKS = SECOND;
const THREE_LINKS = 5 * SECOND;
/** Who has followed the link nobody sees follows the others just before or after. */
const AROUND_TRAP = 5 * SECOND;
/** The same link again is the same interest, until the next day. */
const SAME = 24 * HOUR;

/** How long a click waits before it counts: what comes in this time may show that a program made it. */
export const HOLD = 5 * SECOND;

/**
 * @param arrived when the mail service took the message, or the receiving server, whichever is later;
 *   null while neither is known, which is within moments of the send
 */
export function judgeClicks(clicks: readonly Click[], arrived: Instant | null): ReadonlyMap<string, Verdict> {
  const inOrder = [...clicks].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const verdicts = new Map<string, Verdict>();
  const counted = new Map<string, Instant>();
  for (const click of inOrder) {
    const sign = signOf(click, inOrder, arrived);
    const last = counted.get(click.link);
    if (sign !== null) verdicts.set(click.id, sign);
    else if (last !== undefined && click.at - last < SAME) verdicts.set(click.id, 'again');
    else {
      verdicts.set(click.id, 'human');
      counted.set(click.link, click.at);
    }
  }
  return verdicts;
}

function signOf(click: Click, all: readonly Click[], arrived: Instant | null): MachineSign | null {
  if (click.hint !== null) return click.hint;
  if (arrived === null || click.at < arrived + TOO_EARLY) return 'too-early';
  const near = (span: number): readonly Click[] => all.filter((one) => Math.abs(one.at - click.at) <= span);
  if (near(AROUND_TRAP).some((one) => one.hint === 'trap')) return 'with-trap';
  const links = (span: number): number => new Set(near(span).map((one) => one.link)).size;
  return links(TWO_LINKS) > 1 || links(THREE_LINKS) > 2 ? 'several-at-once' : null;
}
