/**
 * The frequency cap of an account: all its leads together never get more than so many touches in any
 * span of that length. What colleagues got is read under a lock that the deciding transaction holds,
 * so that of 20 leads at once no more go than the cap allows.
 */
import { accountIdOf } from './account.ts';
import { type Draft, turnOf } from './draft.ts';
import { durationMs } from './duration.ts';
import type { TouchKind } from './state.ts';
import type { Instant } from './time.ts';

/** Until when the account's cap holds back this touch; undefined when it may go at `at`. */
export function accountFullUntil(d: Draft, kind: TouchKind, at: Instant): Instant | undefined {
  const { caps } = d.playbooks.current;
  if (!caps?.account || !caps.count.includes(kind) || accountIdOf(d.facts.lead.domain) === null) return undefined;
  const { touches: theirs } = turnOf(d);
  const had = caps.count.flatMap((each) => [...theirs[each], ...(d.state.touched?.[each] ?? [])]);
  if (caps.count.includes('email')) had.push(...d.state.sending.map((s) => s.at));
  const free = earliestFree(had, at, caps.account.touches, durationMs(caps.account.per));
  return free > at ? free : undefined;
}

/**
 * The first instant from `at` on at which one more touch makes no span of this length hold more than
 * `most`; spans that end later than `at` count, since a sped-up clock decides out of order. Exactly
 * `span` after a touch it no longer counts.
 */
export function earliestFree(had: readonly Instant[], at: Instant, most: number, span: number): Instant {
  const sorted = [...had].sort((a, b) => a - b);
  let free = at;
  for (let i = 0; i + most <= sorted.length; i++) {
    const first = sorted[i] ?? 0;
    const last = sorted[i + most - 1] ?? 0;
    // With as many as this in one span, another one must keep its distance from them.
    if (last - first < span && free > last - span && free < first + span) free = first + span;
  }
  return free;
}
