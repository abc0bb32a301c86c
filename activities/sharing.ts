/** A decision with what leads share, each read in the deciding transaction when the core asks for it. */
import { decide, type Request } from '../src/core/decide.ts';
import type { Decided } from '../src/core/decision.ts';
import type { Facts } from '../src/core/facts.ts';
import type { Shared } from '../src/core/needs.ts';
import type { Playbook } from '../src/core/playbook.ts';
import type { Instant } from '../src/core/time.ts';
import type { PlaceTaken } from '../src/core/warm-up.ts';
import { peekAccount } from '../src/store/account-facts.ts';
import { asksTurn, loadTurn } from '../src/store/account-turn.ts';
import type { Db } from '../src/store/db.ts';
import { RetryTransaction } from '../src/store/errors.ts';
import { lockPlaces, orderOf, peekPlaces } from '../src/store/send-places.ts';
import { asksSameAccount, countedReps, loadRouting } from '../src/store/states.ts';

export interface Shares {
  readonly decided: Decided;
  /** With all that was read. */
  readonly facts: Facts;
}

/**
 * Asks the core until it has what it needs. Locks are taken in one order everywhere, so that two decisions never
 * wait for each other: the account, the pools, the places of domains that warm up. Those are looked at first, and
 * locked when the decision stands but for them; it is made anew with what they are then.
 * @throws RetryTransaction where that order cannot be kept: what others have taken meanwhile changes what is asked for
 */
export async function decideSharing(tx: Db, request: Request, now: Instant): Promise<Shares> {
  const { current } = request.playbooks;
  const asked = new Set<Shared>();
  const locked = new Set<string>();
  let { facts } = request;
  for (;;) {
    const decision = decide({ ...request, facts });
    if (decision.kind === 'needs') {
      const { what } = decision;
      if (asked.has(what)) throw new Error(`the core asks for ${what} that it has`);
      if (locked.size > 0) throw new RetryTransaction(`a decision asks for ${what} after it took its place`);
      asked.add(what);
      facts = { ...facts, ...(await readShared(tx, what, { facts, current, now })) };
      continue;
    }
    const fresh = placesTaken(decision).filter((place) => !locked.has(orderOf(place)));
    if (fresh.length === 0) return { decided: decision, facts };
    if (fresh.some((place) => [...locked].some((other) => other > orderOf(place)))) {
      throw new RetryTransaction('a decision takes an earlier place than the one it has');
    }
    facts = { ...facts, places: await lockPlaces(tx, fresh, facts.places ?? {}) };
    for (const place of fresh) locked.add(orderOf(place));
  }
}

/** Places of domains that warm up which this decision takes, to be counted with its commit. */
export const placesTaken = ({ effects }: Decided): readonly PlaceTaken[] =>
  effects.filter((effect) => effect.kind === 'place.take');

async function readShared(
  tx: Db,
  what: Shared,
  { facts: { leadId, lead, turn }, current, now }: { facts: Facts; current: Playbook; now: Instant },
): Promise<Partial<Facts>> {
  switch (what) {
    case 'routing': {
      // In one order everywhere: the account before the pools.
      const first = turn ?? (asksTurn(current) ? await loadTurn(tx, leadId, lead, now) : undefined);
      const colleaguesOf = asksSameAccount(current) ? leadId : undefined;
      return {
        routing: await loadRouting(tx, countedReps(current), colleaguesOf),
        ...(first === undefined ? {} : { turn: first }),
      };
    }
    case 'turn':
      return { turn: await loadTurn(tx, leadId, lead, now) };
    case 'account':
      return { account: await peekAccount(tx, leadId, lead.domain) };
    case 'places':
      return { places: await peekPlaces(tx, current, lead.email) };
  }
}
