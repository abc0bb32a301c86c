/** What leads share, and is read only when a decision asks for it. */
import type { Facts } from './facts.ts';

/** `routing`: reps and turns; `account`: who else is there; `turn`: what its account has had. */
export type Shared = 'routing' | 'account' | 'turn';

/** Thrown inside a decision that lacks a shared fact; `decide` answers `needs` and is called again with it. */
export class Needs extends Error {
  override readonly name = 'Needs';
  readonly what: Shared;

  constructor(what: Shared) {
    super(`a decision needs ${what}`);
    this.what = what;
  }
}

/** How to get each shared fact, for callers that have them at hand. */
export type Supply = Readonly<Record<Shared, () => Partial<Facts>>>;
