/** What leads share, and is read only when a decision asks for it. */
import type { Facts } from './facts.ts';

/** `routing`: reps and turns; `account`: who else is there; `turn`: what its account has had; `places`: of a domain that warms up. */
export type Shared = 'routing' | 'account' | 'turn' | 'places';

/** Thrown inside a decision that lacks a shared fact; `decide` answers `needs` and is called again with it. */
export class Needs extends Error {
  override readonly name = 'Needs';
  readonly what: Shared;

  constructor(what: Shared) {
    super(`a decision needs ${what}`);
    this.what = what;
  }
}

/** Made once: they are no failures, and the trace of a new one took 5% of a simulation. */
export const NEEDS: Readonly<Record<Shared, Needs>> = {
  routing: new Needs('routing'),
  account: new Needs('account'),
  turn: new Needs('turn'),
  places: new Needs('places'),
};

type SharedFacts = Required<Pick<Facts, Shared>>;

/** How to get each shared fact, for callers that have them at hand. */
export type Supply = { readonly [What in Shared]: () => SharedFacts[What] };

const LOOKED_AT = Symbol('looked at');
type Supplied = Facts & { readonly [LOOKED_AT]: () => Facts };

/** The facts with what leads share, each got when it is first looked at. */
export function supplied(facts: Facts, supply: Supply): Supplied {
  let { routing, account, turn, places } = facts;
  return {
    ...facts,
    get routing() {
      routing ??= supply.routing();
      return routing;
    },
    get account() {
      if (account === undefined) account = supply.account();
      return account;
    },
    get turn() {
      turn ??= supply.turn();
      return turn;
    },
    get places() {
      places ??= supply.places();
      return places;
    },
    [LOOKED_AT]: () => ({
      ...facts,
      ...(routing === undefined ? {} : { routing }),
      ...(account === undefined ? {} : { account }),
      ...(turn === undefined ? {} : { turn }),
      ...(places === undefined ? {} : { places }),
    }),
  };
}

const isSupplied = (facts: Facts): facts is Supplied => LOOKED_AT in facts;

/** The facts with those shared ones alone that have been looked at. */
export const lookedAt = (facts: Facts): Facts => (isSupplied(facts) ? facts[LOOKED_AT]() : facts);
