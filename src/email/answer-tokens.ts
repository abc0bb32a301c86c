/**
 * Tokens of the links a rep answers a task with, `/a/{token}`. Whoever holds one may give this one
 * answer, so it is bound to the task, the answer and the rep who had the task when it was made, and
 * it expires. The rep is in it as a fingerprint: addresses of pages end up in logs.
 */
import { VolleyError } from '../core/errors.ts';
import { DAY, type Instant } from '../core/time.ts';
import { isMade, mac, sealed, unsealed } from './signature.ts';

export const ANSWERS = ['accept', 'reject', 'complete', 'skip'] as const;
export type AnswerVerb = (typeof ANSWERS)[number];

export interface AnswerClaims {
  readonly task: string;
  readonly answer: AnswerVerb;
  readonly expiresAt: Instant;
  /** Whether it was made for this rep. */
  readonly isFor: (rep: string) => boolean;
}

/** A link in a mail works this long; the task is answered, or closed by its clock, well before. */
export const ANSWER_LINK_LIVES = 30 * DAY;

const ID = /^[A-Za-z0-9_-]{1,128}$/;
const FINGERPRINT_BYTES = 12;

/**
 * The token of a link that gives `answer` to `task` as `rep`, good for 30 days from `now`.
 * @throws VolleyError `token-claims` when the task's id has characters outside A-Z a-z 0-9 _ -
 */
export function signAnswerToken(
  secret: string,
  { task, answer, rep }: { readonly task: string; readonly answer: AnswerVerb; readonly rep: string },
  now: Instant,
): string {
  if (!ID.test(task)) throw new VolleyError('token-claims', 'an id in a token may hold A-Z a-z 0-9 _ - only');
  const seconds = Math.floor((now + ANSWER_LINK_LIVES) / 1000);
  return sealed(secret, 'answer', [answer, task, seconds, fingerprint(secret, task, rep).toString('hex')].join('.'));
}

/** What a token signed with this secret says, expired or not; null for anything else. */
export function readAnswerToken(secret: string, token: string): AnswerClaims | null {
  const parts = unsealed(secret, 'answer', token)?.split('.') ?? [];
  const [answer, task, seconds, holder] = parts;
  const known = ANSWERS.find((candidate) => candidate === answer);
  if (known === undefined || task === undefined || seconds === undefined || holder === undefined) return null;
  return {
    task,
    answer: known,
    expiresAt: Number(seconds) * 1000,
    isFor: (rep) => isMade(secret, Buffer.from(holder, 'hex'), (one) => fingerprint(one, task, rep)),
  };
}

const fingerprint = (secret: string, task: string, rep: string): Buffer =>
  mac(secret, 'assignee', `${task}\n${rep}`).subarray(0, FINGERPRINT_BYTES);
