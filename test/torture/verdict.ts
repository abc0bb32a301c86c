/** What must hold of a torture run, in words where it does not. */
import type { Outcome } from './torture.ts';

/** Of all touches, those that a kill by chance may leave unknown. */
export const MOST_UNCONFIRMED = 0.001;

export function wrongIn(found: Outcome): string[] {
  const some = (list: readonly string[], words: string): string[] =>
    list.length === 0 ? [] : [`${list.length} ${words}, e.g. ${list.slice(0, 3).join('; ')}`];
  const { n } = found.unconfirmed['random kill'];
  // A short run has fewer touches than one in a thousand: one may always be cut off.
  const most = Math.max(1, Math.floor(MOST_UNCONFIRMED * found.touches));
  return [
    ...some(found.duplicates, 'touches went twice'),
    ...some(found.lost, 'touches are lost'),
    ...some(found.unresolved, 'messages went out, SES said so, and the ledger does not call them sent'),
    ...(found.leftByStops === 0 ? [] : [`${found.leftByStops} touches were left in sending by a clean stop`]),
    ...(n <= most ? [] : [`${n} touches are unconfirmed by random kills; ${most} may be`]),
  ];
}
