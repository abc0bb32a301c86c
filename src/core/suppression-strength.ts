/**
 * Which word of several about one suppression stays. A row is about one subject and purpose, and says one reason:
 * the strongest that was given, in whatever order they came. What a person may take back by a link is the weakest
 * that a person can give, so a link lifts a row only when nobody else had said anything about it.
 */
import type { Instant } from './time.ts';

/** Reason of the suppression of an address whose owner left the job it was for; a return lifts it. */
export const LEFT_COMPANY = 'left-company';
/** Why a suppression is there that the person made by leaving. */
export const UNSUBSCRIBED = 'unsubscribed';
/** The mailbox takes nothing. */
export const BOUNCED = 'bounced';
/** The person called it spam. */
export const COMPLAINED = 'complained';
/** Reason of the suppressions an objection makes: they are there for good. */
export const OBJECTED = 'objected';
/** Who it is by that a person says for themself. */
export const BY_LEAD = 'lead';

export interface SuppressionWord {
  readonly reason: string;
  readonly by: string;
  /** Absent: for ever. */
  readonly until?: Instant | undefined;
}

/** Strength of the reasons that are not in between: what somebody else decided, whatever they call it. */
export const STRENGTHS: Readonly<Record<string, number>> = {
  [LEFT_COMPANY]: 0,
  [BOUNCED]: 2,
  [COMPLAINED]: 4,
  [OBJECTED]: 5,
};
export const OWN_STRENGTH = 1;
export const OTHER_STRENGTH = 3;

/** Whether the person said so, and may take it back by a link. */
export const isOwnWord = ({ reason, by }: Pick<SuppressionWord, 'reason' | 'by'>): boolean =>
  reason === UNSUBSCRIBED && by === BY_LEAD;

/** How strong a reason is: the store says the same in SQL (`suppressions/strength-sql.ts`). */
export function strengthOf(word: Pick<SuppressionWord, 'reason' | 'by'>): number {
  if (isOwnWord(word)) return OWN_STRENGTH;
  return Object.hasOwn(STRENGTHS, word.reason) ? (STRENGTHS[word.reason] ?? OTHER_STRENGTH) : OTHER_STRENGTH;
}

/** Whether `next` would change a row that says `known`. */
export function adds(known: SuppressionWord, next: SuppressionWord): boolean {
  return reach(next) > reach(known) || strengthOf(next) > strengthOf(known);
}

/** What a row says that both were about: the stronger reason, the first of two as strong, and the longer time. */
export function joined<W extends SuppressionWord>(first: W, next: W): W {
  const said = strengthOf(next) > strengthOf(first) ? next : first;
  return { ...said, until: reach(next) > reach(first) ? next.until : first.until };
}

const reach = ({ until }: SuppressionWord): number => until ?? Number.POSITIVE_INFINITY;
