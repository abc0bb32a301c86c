/** What may be sent to one person who was two leads: never more than to either of them. */
import { ASSUMED, standingConsents } from '../consent.ts';
import type { Consent, Suppression } from '../facts.ts';
import type { Purpose } from '../playbook.ts';
import { BOUNCED, LEFT_COMPANY } from '../suppression-strength.ts';
import type { Instant } from '../time.ts';

/** Until when recorded consents reach; Infinity for one without an end. */
const reach = (consents: readonly Consent[]): Instant =>
  Math.max(...consents.map(({ expires }) => expires ?? Number.POSITIVE_INFINITY));

/**
 * The consents that hold for both. A purpose only one of them has a record for has none afterwards, and
 * the playbook's own rule decides, no longer than that record reached; where both have, none reaches further
 * than the shorter of the two. What either took back stays taken back.
 */
export function stricterConsents<C extends Consent>(a: readonly C[], b: readonly C[]): C[] {
  const purposes: readonly Purpose[] = ['marketing', 'sales', 'service'];
  return purposes.flatMap((purpose) => {
    const withdrawn = [...a, ...b].filter((one) => one.purpose === purpose && one.withdrawn !== undefined);
    const [ofA = [], ofB = []] = [a, b].map(
      (side) => standingConsents(side, purpose, Number.POSITIVE_INFINITY).standing,
    );
    return distinct([...withdrawn, ...both(ofA, ofB)]);
  });
}

function both<C extends Consent>(a: readonly C[], b: readonly C[]): readonly C[] {
  if (a.length === 0 || b.length === 0) return assumedUntil([...a, ...b]);
  const until = Math.min(reach(a), reach(b));
  const since = Math.max(Math.min(...a.map(({ at }) => at)), Math.min(...b.map(({ at }) => at)));
  return [...a, ...b]
    .filter((consent) => consent.at >= since || (consent.expires ?? until) > since)
    .map((consent) => ({
      ...consent,
      ...(until === Number.POSITIVE_INFINITY ? {} : { expires: Math.min(consent.expires ?? until, until) }),
    }));
}

/** A record of one side gives the other nothing; it ends what is assumed of both when it ends. */
function assumedUntil<C extends Consent>(consents: readonly C[]): readonly C[] {
  const [first] = consents;
  const expires = reach(consents);
  if (first === undefined || expires === Number.POSITIVE_INFINITY) return [];
  return [{ ...first, basis: ASSUMED, at: Math.min(...consents.map(({ at }) => at)), expires }];
}

/** One of a purpose, basis and time, the one taken back or the shorter: that is what a consent is told apart by. */
function distinct<C extends Consent>(consents: readonly C[]): C[] {
  const kept = new Map<string, C>();
  for (const consent of consents) {
    const key = `${consent.purpose} ${consent.basis} ${consent.at}`;
    const before = kept.get(key);
    const shorter = (consent.expires ?? Infinity) < (before?.expires ?? Infinity);
    if (before === undefined || (before.withdrawn === undefined && shorter)) kept.set(key, consent);
  }
  return [...kept.values()];
}

/** What is wrong with an address, not what its owner said: it stays with the address. */
const ABOUT_THE_ADDRESS: ReadonlySet<string> = new Set([BOUNCED, LEFT_COMPANY]);

/** Suppressions of one lead that bind the person at any address. */
export const ofThePerson = <S extends Pick<Suppression, 'reason'>>(suppressions: readonly S[]): S[] =>
  suppressions.filter(({ reason }) => !ABOUT_THE_ADDRESS.has(reason));
