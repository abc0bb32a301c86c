/** What consents mean: which hold at an instant, and which a person gave themselves. */
import type { Consent } from './facts.ts';
import type { Purpose } from './playbook.ts';
import { DAY, HOUR, type Instant, MINUTE } from './time.ts';

/** Bases that only the person can give; legitimate interest and implied consent are somebody's reading of a situation. */
export const OWN_CONSENT: ReadonlySet<string> = new Set(['opt-in', 'double-opt-in', 'consent', 'explicit', 'express']);

/** Basis of a row that says a purpose was taken back although nobody had recorded a consent for it. */
export const NOT_GIVEN = 'none';
/** Basis of a row that gives nothing, and ends what the playbook assumes: a merge leaves one (merge/consent.ts). */
export const ASSUMED = 'assumed';

/** How the recorded consents for a purpose stand; `none`: nothing is recorded, and the playbook's own rule decides. */
export type ConsentState =
  | { readonly kind: 'given'; readonly until?: Instant }
  | { readonly kind: 'expired'; readonly at: Instant }
  | { readonly kind: 'withdrawn'; readonly at: Instant }
  | { readonly kind: 'none' };

/** How far the clock of whoever tells of a consent may be ahead of ours. */
const SKEW = 5 * MINUTE;
/** A day begins so long before it does in UTC, at the farthest. */
const FIRST_ZONE = 14 * HOUR;

/** What is wrong with the time of one that is not given yet. */
export const NOT_AHEAD = 'must not lie in the future: it is when the person agreed';

/** Whether a consent is told of before it can have been given; a date alone has come when it has come anywhere. */
export const notYetGiven = (at: Instant, now: Instant): boolean => at - (at % DAY === 0 ? FIRST_ZONE : SKEW) > now;

/** Those for one purpose that are known at `at` and were not taken back, and when the purpose was taken back last. */
export function standingConsents<C extends Consent>(
  consents: readonly C[],
  purpose: Purpose,
  at: Instant,
): { readonly standing: readonly C[]; readonly withdrawn: Instant | undefined } {
  const told = consents.filter((one) => one.purpose === purpose && one.lapsed !== true);
  let withdrawn: Instant | undefined;
  // A row may say that it was given later than it was taken back: the person said no all the same.
  for (const { withdrawn: end } of told) {
    if (end !== undefined && end <= at && (withdrawn === undefined || end > withdrawn)) withdrawn = end;
  }
  const after = withdrawn;
  const standing = told.filter(
    (one) =>
      one.at <= at && (one.withdrawn === undefined || one.withdrawn > at) && (after === undefined || one.at > after),
  );
  return { standing, withdrawn };
}

const endOf = ({ expires }: Consent): Instant => expires ?? Number.POSITIVE_INFINITY;

/** The standing of the recorded consents for `purpose` at `at`. */
export function consentState(purpose: Purpose, consents: readonly Consent[], at: Instant): ConsentState {
  if (consents.length === 0) return { kind: 'none' };
  const { standing, withdrawn } = standingConsents(consents, purpose, at);
  const given = standing.filter(({ basis }) => basis !== ASSUMED);
  const until = Math.max(...given.map(endOf));
  if (until > at) return until === Number.POSITIVE_INFINITY ? { kind: 'given' } : { kind: 'given', until };
  // Nothing given holds: what is only assumed does, as far as it reaches.
  const over = standing.map(endOf).filter((end) => end <= at);
  if (over.length > 0) return { kind: 'expired', at: Math.max(...over) };
  return withdrawn === undefined ? { kind: 'none' } : { kind: 'withdrawn', at: withdrawn };
}
