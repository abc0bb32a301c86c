/** What may be sent to one person who was two leads: never more than to either of them. */
import type { Consent, Suppression } from '../facts.ts';
import type { Purpose } from '../playbook.ts';
import type { Instant } from '../time.ts';

/** Until when recorded consents reach; Infinity for one without an end. */
const reach = (consents: readonly Consent[]): Instant =>
  Math.max(...consents.map(({ expires }) => expires ?? Number.POSITIVE_INFINITY));

/**
 * The consents that hold for both. A purpose only one of them has a record for has none afterwards, and
 * the playbook's own rule decides; where both have, none reaches further than the shorter of the two.
 */
export function stricterConsents<C extends Consent>(a: readonly C[], b: readonly C[]): C[] {
  const purposes: readonly Purpose[] = ['marketing', 'sales', 'service'];
  return purposes.flatMap((purpose) => {
    const [ofA, ofB] = [a, b].map((side) => side.filter((consent) => consent.purpose === purpose));
    if (!ofA?.length || !ofB?.length) return [];
    const until = Math.min(reach(ofA), reach(ofB));
    const since = Math.max(Math.min(...ofA.map(({ at }) => at)), Math.min(...ofB.map(({ at }) => at)));
    return distinct(
      [...ofA, ...ofB]
        .filter((consent) => consent.at >= since || (consent.expires ?? until) > since)
        .map((consent) => ({
          ...consent,
          ...(until === Number.POSITIVE_INFINITY ? {} : { expires: Math.min(consent.expires ?? until, until) }),
        })),
    );
  });
}

/** One of a purpose, basis and time, the shorter one: that is what a consent is told apart by. */
function distinct<C extends Consent>(consents: readonly C[]): C[] {
  const kept = new Map<string, C>();
  for (const consent of consents) {
    const key = `${consent.purpose} ${consent.basis} ${consent.at}`;
    const before = kept.get(key);
    const shorter = before === undefined || (consent.expires ?? Infinity) < (before.expires ?? Infinity);
    if (shorter) kept.set(key, consent);
  }
  return [...kept.values()];
}

/** What is wrong with an address, not what its owner said: it stays with the address. */
const ABOUT_THE_ADDRESS: ReadonlySet<string> = new Set(['bounced', 'left-company']);

/** Suppressions of one lead that bind the person at any address. */
export const ofThePerson = <S extends Pick<Suppression, 'reason'>>(suppressions: readonly S[]): S[] =>
  suppressions.filter(({ reason }) => !ABOUT_THE_ADDRESS.has(reason));
