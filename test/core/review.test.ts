import { describe, expect, it } from 'vitest';
import { type BehaviourInput, behaviourSchema } from '../../src/core/behaviour.ts';
import { createCoverage } from '../../src/core/coverage/coverage.ts';
import { explain } from '../../src/core/explain/explain.ts';
import type { Facts } from '../../src/core/facts.ts';
import type { EmailReview, Playbook } from '../../src/core/playbook.ts';
import { mayReopen } from '../../src/core/reopen.ts';
import { REVIEW } from '../../src/core/review.ts';
import { simulate } from '../../src/core/simulate.ts';
import { HOUR } from '../../src/core/time.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

const MONDAY = Date.parse('2026-11-23T11:00:00Z');
const rep = 'rep-1@northwind.example';
const skipUnlessAnswered: EmailReview = { due: { working: 'P1D' }, else: 'skip' };

function reviewed(review: EmailReview = skipUnlessAnswered, overrides: Partial<Playbook> = {}): Playbook {
  const guide = cadence('guide', {
    entry: { when: always, again: { kind: 'once' } },
    window: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', zones: ['lead'], spread: 'none' },
    ...inARow(email('offer'), wait('rest', 'P7D'), email('after')),
  });
  return playbook({
    cadences: { guide },
    emails: { offer: template('offer', { review }), after: template('after') },
    pools: [{ id: 'all', when: always, reps: [rep] }],
    ...overrides,
  });
}

function asked(book = reviewed(), facts: Partial<Facts> = {}): PlayedLead {
  const lead = new PlayedLead(book, MONDAY, facts);
  lead.look();
  return lead;
}
const tasks = (lead: PlayedLead) => lead.effects.flatMap((x) => (x.kind === 'task.open' ? [x.task] : []));
const taskOf = (lead: PlayedLead): string => tasks(lead)[0]?.id ?? '';
const sent = (lead: PlayedLead) => lead.touches.map((touch) => touch.email);
function answer(lead: PlayedLead, given: { answer: 'complete' | 'skip'; disposition?: string }): PlayedLead {
  lead.put({ kind: 'task.answered', task: taskOf(lead), by: rep, ...given });
  lead.look();
  return lead;
}
const skipped = (lead: PlayedLead) =>
  lead.journal.flatMap((x) => (x.type === 'touch.skipped' ? [[x.step, x.reason]] : []));
const why = (lead: PlayedLead, step: string) =>
  explain({
    about: { kind: 'step', cadence: 'guide', step },
    state: lead.state,
    facts: lead.facts,
    playbooks: { current: lead.playbook, get: () => lead.playbook },
    inputs: [],
    journal: lead.journal,
    now: lead.now,
    sendAs: 'now',
  });

describe('an email that a rep looks at first', () => {
  it('opens a task in place of its touch, when it could go, for whom a task of a cadence goes to', () => {
    const lead = asked();
    expect(sent(lead)).toEqual([]);
    expect(tasks(lead)).toMatchObject([
      { kind: REVIEW, assignee: rep, pool: 'all', cadence: 'guide', step: 'offer', dueAt: MONDAY + 24 * HOUR },
    ]);
    expect(lead.last?.wake).toMatchObject({ at: MONDAY + 24 * HOUR, queue: 'lead' });
  });

  it('waits for its window before anybody is asked', () => {
    const lead = new PlayedLead(reviewed(), '2026-11-21T11:00:00Z');
    lead.look();
    expect(tasks(lead)).toEqual([]);
    lead.playTo('2026-11-23T10:00:00Z');
    expect(tasks(lead)).toHaveLength(1);
  });

  it('goes once it is let go, and once only', () => {
    const lead = answer(asked(), { answer: 'complete', disposition: 'send' });
    expect(lead.touches).toMatchObject([{ email: 'offer', at: MONDAY }]);
    expect(lead.touches[0]).not.toHaveProperty('draft');
    expect(tasks(lead)).toHaveLength(1);
    lead.playTo(MONDAY + 72 * HOUR);
    expect(sent(lead)).toEqual(['offer']);
  });

  it('goes in the words of the rep, which are with the task', () => {
    const lead = answer(asked(), { answer: 'complete', disposition: 'edit' });
    expect(lead.touches).toMatchObject([{ email: 'offer', draft: taskOf(lead) }]);
  });

  it('keeps those words when the mail service refuses it for now', () => {
    const lead = asked();
    lead.answer = () => ({ outcome: 'refused', retryAt: lead.now + HOUR });
    answer(lead, { answer: 'complete', disposition: 'edit' });
    lead.answer = () => ({ outcome: 'sent' });
    lead.playTo(MONDAY + 2 * HOUR);
    expect(lead.touches.map(({ id, draft }) => [id, draft])).toEqual(
      Array.from({ length: 2 }, () => [lead.touches[0]?.id, taskOf(lead)]),
    );
    expect(tasks(lead)).toHaveLength(1);
  });

  it.each([
    ['the rep keeps it back', { answer: 'skip' as const }],
    ['the task is completed without a word that lets it go', { answer: 'complete' as const, disposition: 'done' }],
  ])('does not go when %s, and the cadence goes on', (_, given) => {
    const lead = answer(asked(), given);
    expect(skipped(lead)).toEqual([['offer', 'kept-back']]);
    lead.playTo(MONDAY + 8 * 24 * HOUR);
    expect(sent(lead)).toEqual(['after']);
  });

  it('does not go when nobody has answered by the deadline', () => {
    const lead = asked();
    lead.playTo(MONDAY + 25 * HOUR);
    expect(skipped(lead)).toEqual([['offer', 'not-reviewed']]);
    expect(lead.effects).toContainEqual(expect.objectContaining({ kind: 'task.close', state: 'expired' }));
    expect(sent(lead)).toEqual([]);
  });

  it('goes at the deadline as it stands where the playbook says so', () => {
    const lead = asked(reviewed({ ...skipUnlessAnswered, else: 'send' }));
    lead.playTo(MONDAY + 25 * HOUR);
    expect(lead.touches).toMatchObject([{ email: 'offer', at: MONDAY + 24 * HOUR }]);
  });

  it('takes an answer that was given before the deadline, however late it is read', () => {
    const lead = asked();
    lead.put({ kind: 'task.answered', task: taskOf(lead), answer: 'complete', disposition: 'send', by: rep });
    lead.now = MONDAY + 28 * HOUR;
    lead.look();
    expect(sent(lead)).toEqual(['offer']);
    expect(lead.types()).not.toContain('task.expired');
  });

  it('is judged again at the moment of its send: an answer at night waits for the window', () => {
    const lead = asked(reviewed({ ...skipUnlessAnswered, due: { working: 'P3D' } }));
    lead.now = MONDAY + 12 * HOUR;
    answer(lead, { answer: 'complete', disposition: 'send' });
    expect(sent(lead)).toEqual([]);
    lead.playTo(MONDAY + 24 * HOUR);
    expect(lead.touches).toMatchObject([{ at: Date.parse('2026-11-24T08:00:00Z') }]);
  });

  it('is judged again at the moment of its send: a pause holds it, a lost consent skips it', () => {
    const paused = asked();
    paused.facts = { ...paused.facts, pauses: ['*'] };
    answer(paused, { answer: 'complete', disposition: 'send' });
    expect(sent(paused)).toEqual([]);
    expect(paused.last?.held).toBe('*');

    const asks = { ...reviewed().consent, marketing: { kind: 'require' as const } };
    const until = MONDAY + 2 * HOUR;
    const consents: Facts['consents'] = [{ purpose: 'marketing', basis: 'consent', at: MONDAY - HOUR, expires: until }];
    const lost = asked(reviewed(skipUnlessAnswered, { consent: asks }), { consents });
    expect(tasks(lost)).toHaveLength(1);
    lost.now = until + HOUR;
    answer(lost, { answer: 'complete', disposition: 'send' });
    expect(sent(lost)).toEqual([]);
    expect(skipped(lost)).toEqual([['offer', 'consent-expired']]);
  });

  it('counts under a cap when it goes, never for the task', () => {
    const lead = asked(
      reviewed(skipUnlessAnswered, { caps: { lead: { touches: 1, per: 'P7D' }, count: ['email', 'task'] } }),
    );
    expect(lead.state.touched).toBeUndefined();
    answer(lead, { answer: 'complete', disposition: 'send' });
    expect(lead.state.touched).toEqual({ email: [MONDAY] });
  });

  it('withdraws the task when what it is for ends', () => {
    const lead = asked();
    const suppressed = { at: lead.now, reason: 'unsubscribed' };
    lead.facts = { ...lead.facts, suppressions: [suppressed] };
    lead.put({ kind: 'suppressed', reason: 'unsubscribed', by: 'lead' });
    lead.look();
    expect(lead.effects).toContainEqual(expect.objectContaining({ kind: 'task.close', reason: 'no-longer-needed' }));
    answer(lead, { answer: 'complete', disposition: 'send' });
    expect(sent(lead)).toEqual([]);
  });

  it('may be asked about again until it is due: what was said is taken back', () => {
    const lead = asked(reviewed({ ...skipUnlessAnswered, due: { working: 'P3D' } }));
    lead.now = MONDAY + 12 * HOUR;
    answer(lead, { answer: 'complete', disposition: 'send' });
    expect(mayReopen(lead.state, taskOf(lead), lead.now).ok).toBe(true);
    lead.put({ kind: 'task.reopened', task: taskOf(lead), by: rep });
    lead.playTo(MONDAY + 28 * HOUR);
    expect(sent(lead)).toEqual([]);
    answer(lead, { answer: 'complete', disposition: 'edit' });
    expect(lead.touches).toMatchObject([{ draft: taskOf(lead) }]);
    expect(mayReopen(lead.state, taskOf(lead), lead.now).ok).toBe(false);
  });

  it('is no attempt at a lead that sales has', () => {
    const book = reviewed();
    const { guide } = book.cadences;
    if (!guide) throw new Error('no guide');
    const sales = { ...guide, purpose: 'sales' as const, runs: { custody: ['sales' as const], else: 'exit' as const } };
    const lead = new PlayedLead({ ...book, cadences: { guide: sales } }, MONDAY);
    lead.put({ kind: 'lead.assigned', to: rep, tasks: [], by: rep });
    lead.look();
    expect(tasks(lead)).toMatchObject([{ kind: REVIEW, assignee: rep }]);
    answer(lead, { answer: 'complete', disposition: 'send' });
    expect(sent(lead)).toEqual(['offer']);
    expect(lead.state.custody.attempts).toBe(0);
  });
});

describe('explain', () => {
  it('says who is waited for, until when, and what follows otherwise', () => {
    const lead = asked();
    expect(why(lead, 'offer')).toMatchObject({
      verdict: 'waiting',
      code: 'needs-answer',
      sentence:
        'The email offer of guide / offer waits for a rep to look at it, until Tue 24 Nov 2026, 11:00; after that it does not go.',
      unblockedBy: `POST /v1/tasks/${taskOf(lead)}/complete with send or edit, or /skip`,
    });
  });

  it('says ahead that a rep will be asked', () => {
    const lead = new PlayedLead(reviewed(), '2026-11-21T11:00:00Z');
    lead.look();
    expect(why(lead, 'offer')).toMatchObject({
      verdict: 'waiting',
      code: 'needs-answer',
      at: Date.parse('2026-11-23T08:00:00Z'),
    });
  });

  it('says of one that was kept back that a rep did', () => {
    const lead = answer(asked(), { answer: 'skip' });
    expect(why(lead, 'offer')).toMatchObject({ verdict: 'never', code: 'skipped' });
    expect(why(lead, 'offer').sentence).toContain('decided that it does not go');
  });
});

describe('a simulation', () => {
  const after = { from: 'PT1H', to: 'PT2H' };
  const played = (tasks: BehaviourInput['reps']['tasks'], review = skipUnlessAnswered) =>
    simulate({
      playbook: reviewed(review),
      leads: Array.from({ length: 5 }, (_, n) => ({
        ...{ key: `lead-${n}`, lead: leadFields, consents: [], suppressions: [] },
      })),
      behaviour: behaviourSchema.parse({
        leads: { personas: [{ id: 'nobody', weight: 1 }] },
        reps: { offered: {}, accepted: [{ weight: 1, do: 'nothing' }], tasks },
      }),
      ...{ reps: {}, seed: 1, from: MONDAY, days: 5 },
    });

  it('has reps who let emails go, keep them back or look too late, as their tasks end', () => {
    const done = played([{ weight: 1, do: 'complete', disposition: 'connected', after }]);
    expect(done).toMatchObject({ touches: 5, tasks: 5, skips: {} });
    expect(played([{ weight: 1, do: 'skip', after }])).toMatchObject({ touches: 0, skips: { 'kept-back': 5 } });
    const nothing: BehaviourInput['reps']['tasks'] = [{ weight: 1, do: 'nothing' }];
    expect(played(nothing)).toMatchObject({ touches: 0, skips: { 'not-reviewed': 5 } });
    expect(played(nothing, { ...skipUnlessAnswered, else: 'send' })).toMatchObject({ touches: 5, skips: {} });
  });
});

describe('coverage', () => {
  it('knows that somebody was asked, and what followed when nobody answered', () => {
    const book = reviewed();
    const shown = (lead: PlayedLead) => {
      const coverage = createCoverage(book);
      for (const entry of lead.journal) coverage.add(entry);
      const { never } = coverage.result();
      return ['review', 'review/skip'].filter((rule) => !never.includes(`cadences/guide/steps/offer/${rule}`));
    };
    expect(shown(answer(asked(book), { answer: 'complete', disposition: 'send' }))).toEqual(['review']);
    const late = asked(book);
    late.playTo(MONDAY + 25 * HOUR);
    expect(shown(late)).toEqual(['review', 'review/skip']);
  });
});
