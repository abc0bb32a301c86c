/** Consents that were given or taken back, in the lead's journal. */
import type { ConsentTold } from './consent-told.ts';
import { type Draft, journal } from './draft.ts';

/** Says each in the journal; what follows from it is in the facts already. */
export function tellConsents(d: Draft, consents: readonly ConsentTold[], by: string): void {
  for (const { how, ...data } of consents) {
    if (how === 'given') journal(d, { type: 'consent.given', reason: 'consent-given', by, data });
    else journal(d, { type: 'consent.withdrawn', reason: 'consent-withdrawn', by, data });
  }
}
