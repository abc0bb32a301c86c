/** What leads choose about marketing's mail without leaving it: topics they do not want, and a pause. */
import { reachBy } from './channels.ts';
import { tellConsents } from './consent-journal.ts';
import { givenConsent, PREFERENCE_PAGE, SUBSCRIBED_AGAIN } from './consent-told.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { slotFor } from './enrollment.ts';
import type { Facts } from './facts.ts';
import type { InputBody } from './input.ts';
import { permissionFor } from './permission.ts';
import { isSending, type Playbook, type Purpose, type SendingStep } from './playbook.ts';
import type { Instant } from './time.ts';

/** How long a pause is that a lead asks for. */
export const PAUSE = 'P1M';

/** Whose choice a touch meets: its topic's, which skips it, or a pause's, which it waits out. */
export type Choice =
  | { readonly kind: 'any' }
  | { readonly kind: 'declined'; readonly topic: string }
  | { readonly kind: 'paused'; readonly until: Instant };

/** The topics a touch is about: that of its step, and that of the email itself. */
export function topicsOf(step: Pick<SendingStep, 'topic'>, email: string, { emails }: Playbook): string[] {
  return [...new Set([step.topic, emails[email]?.topic])].filter((topic) => topic !== undefined);
}

/**
 * What the lead has chosen about a touch at `at`. Sales and service are no matter of topics and pauses.
 * @param known as for suppressions: with `now` every choice there is counts, whatever its time
 */
export function choiceAbout(
  { purpose, topics }: { readonly purpose: Purpose; readonly topics: readonly string[] },
  { choices }: Pick<Facts, 'choices'>,
  at: Instant,
  known: 'then' | 'now' = 'then',
): Choice {
  if (purpose !== 'marketing' || choices === undefined) return { kind: 'any' };
  const counts = (since: Instant): boolean => known === 'now' || since <= at;
  const declined = choices.declined.find((one) => topics.includes(one.topic) && counts(one.at));
  if (declined) return { kind: 'declined', topic: declined.topic };
  const { pause } = choices;
  return pause && counts(pause.at) && pause.until > at ? { kind: 'paused', until: pause.until } : { kind: 'any' };
}

/** Topics that nothing goes out about any more. */
export const declinedTopics = ({ choices }: Pick<Facts, 'choices'>): ReadonlySet<string> =>
  new Set(choices?.declined.map(({ topic }) => topic));

/** Topics of the emails that marketing's cadences send: those a lead may choose among. The named ones first. */
export function offeredTopics(playbook: Playbook): readonly string[] {
  const found = new Set<string>();
  for (const { purpose, steps } of Object.values(playbook.cadences)) {
    if (purpose !== 'marketing') continue;
    for (const step of Object.values(steps)) {
      if (!isSending(step)) continue;
      const [topic] = topicsOf(step, step.kind === 'email' ? step.email : '', playbook);
      if (topic !== undefined) found.add(topic);
    }
  }
  const named = Object.keys(playbook.topics ?? {}).filter((topic) => found.has(topic));
  return [...named, ...[...found].filter((topic) => !named.includes(topic)).sort()];
}

/** What a lead reads for a topic. */
export function topicName({ topics }: Playbook, topic: string, language: string): string {
  const names = topics?.[topic] ?? {};
  const words = topic.replaceAll('-', ' ');
  const plain = words.charAt(0).toUpperCase() + words.slice(1);
  return names[language] ?? names['else'] ?? names['en'] ?? Object.values(names)[0] ?? plain;
}

/** Says what was chosen. */
export function applyPreferences(d: Draft, body: Extract<InputBody, { kind: 'preferences' }>): void {
  const { declined, wanted, pausedUntil, subscribed, by } = body;
  journal(d, {
    type: 'preferences.changed',
    reason: 'preference',
    by,
    data: {
      ...(declined.length === 0 ? {} : { declined: declined.join(', ') }),
      ...(wanted.length === 0 ? {} : { wanted: wanted.join(', ') }),
      ...(pausedUntil === undefined ? {} : pausedUntil === null ? { pauseEnded: true } : { pausedUntil }),
      ...(subscribed.length === 0 ? {} : { subscribed: subscribed.join(', ') }),
    },
  });
  const agreed = subscribed.filter((purpose): purpose is Purpose => purpose === 'marketing' || purpose === 'sales');
  const given = { basis: SUBSCRIBED_AGAIN, source: PREFERENCE_PAGE, at: d.t };
  tellConsents(
    d,
    agreed.map((purpose) => givenConsent({ ...given, purpose })),
    by,
  );
  letGo(d);
}

/**
 * What waited for the end of a pause or of a suppression that is taken back before it goes on, each touch in
 * its place in the window.
 */
export function letGo(d: Draft): void {
  const at = d.sendAt(d.t);
  for (const e of d.state.enrollments) {
    if (e.rests !== true || e.dueAt === null) continue;
    const { playbook, cadence, step } = placeOf(d, e);
    if (step?.kind === 'task' && reachBy('phone', cadence.purpose, d.facts, at).kind !== 'not-before') {
      e.dueAt = d.t;
      delete e.rests;
    }
    if (!isSending(step)) continue;
    const { purpose } = cadence;
    if (choiceAbout({ purpose, topics: [] }, d.facts, at, d.sendKnows).kind === 'paused') continue;
    if (permissionFor(purpose, d.facts, playbook, at, d.sendKnows).kind === 'not-before') continue;
    e.dueAt = slotFor(d, playbook, cadence, at, 'rest');
    delete e.rests;
  }
}
