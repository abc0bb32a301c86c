/** The answers that a property cannot judge: what the words are, and that the lists are documented. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BECAUSE_CODES, EXPLAIN_CODES, VERDICTS } from '../../src/core/explain/codes.ts';
import { type About, explain, parseAbout } from '../../src/core/explain/explain.ts';
import { reaches } from '../../src/core/explain/steps.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, handoffStep, inARow, playbook, seen, wait } from './support/playbook.ts';

const START = '2026-11-24T10:00:00Z';
const entry = { when: always, again: { kind: 'once' as const } };
const guide = cadence('guide', { entry, ...inARow(email('hello'), wait('rest', 'P3D'), email('more')) });

function ask(lead: PlayedLead, about: About, more: { at?: number } = {}) {
  return explain({
    about,
    state: lead.state,
    facts: lead.facts,
    playbooks: { current: lead.playbook, get: () => lead.playbook },
    inputs: lead.inbox,
    journal: lead.journal,
    now: lead.now,
    sendAs: 'now',
    ...more,
  });
}
const step = (name: string, of = 'guide'): About => ({ kind: 'step', cadence: of, step: name });

describe('explain', () => {
  it('says when a wait is over, and that a passed one is', () => {
    const lead = new PlayedLead(playbook({ cadences: { guide } }), START);
    lead.playTo('2026-11-24T20:00:00Z');
    const sent = lead.touches[0]?.at ?? 0;
    expect(ask(lead, step('hello'))).toMatchObject({ verdict: 'done', code: 'sent', at: sent });
    expect(ask(lead, step('rest'))).toMatchObject({ verdict: 'will', at: sent + 3 * 86_400_000 });
    lead.playTo('2026-12-05T00:00:00Z');
    expect(ask(lead, step('more'))).toMatchObject({ verdict: 'done', code: 'sent' });
    const { sentence } = ask(lead, { kind: 'silence' });
    expect(sentence).toMatch(/^The last email went on .* No cadence runs, and none is entered by time alone\.$/);
    expect(ask(lead, { kind: 'cadence', cadence: 'guide' })).toMatchObject({ verdict: 'done', code: 'run-over' });
  });

  it('says that an email may have gone, and that it did once that is proven', () => {
    const lead = new PlayedLead(playbook({ cadences: { guide } }), START);
    lead.answer = () => undefined;
    lead.playTo('2026-11-25T10:00:00Z');
    expect(ask(lead, step('hello'))).toMatchObject({ verdict: 'done', code: 'unconfirmed' });
    const before = ask(lead, { kind: 'silence' }).sentence;
    const [touch] = lead.touches;
    if (touch === undefined) throw new Error('no touch');
    const { id, at: sentAt, ...of } = touch;
    lead.put({ kind: 'touch.proven', ...of, touch: id, sentAt });
    lead.look();
    const proven = ask(lead, step('hello'));
    expect(proven).toMatchObject({ verdict: 'done', code: 'sent' });
    expect(proven.sentence).toContain('the mail service reported later that it took the message');
    expect(ask(lead, { kind: 'silence' }).sentence).toBe(before);
  });

  it('says that an email went to nobody which the mail service had taken', () => {
    const lead = new PlayedLead(playbook({ cadences: { guide } }), START);
    lead.playTo('2026-11-24T20:00:00Z');
    const [touch] = lead.touches;
    if (touch === undefined) throw new Error('no touch');
    const { id, at: _, ...of } = touch;
    expect(ask(lead, { kind: 'silence' }).sentence).toContain('The last email went on');
    lead.put({ kind: 'touch.rejected', ...of, touch: id, detail: 'Reject: Bad content' });
    lead.look();
    expect(ask(lead, step('hello'))).toMatchObject({ verdict: 'never', code: 'failed' });
    expect(ask(lead, step('hello')).sentence).toContain('reached nobody');
    expect(ask(lead, { kind: 'silence' }).sentence).toContain('The lead has had no email since it came in');
  });

  it('tells why a run goes another way, and what a rep would have to answer', () => {
    const forked = cadence('guide', {
      entry,
      first: 'offer',
      steps: {
        offer: { ...handoffStep('offer', 'warm', { rejected: 'sorry' }), next: null },
        sorry: email('sorry'),
      },
    });
    const lead = new PlayedLead(playbook({ cadences: { guide: forked, 'keep-warm': cadence('keep-warm') } }), START);
    lead.look();
    expect(ask(lead, step('sorry'))).toMatchObject({
      verdict: 'waiting',
      code: 'other-way',
      unblockedBy: 'the outcome rejected',
    });
    expect(ask(lead, { kind: 'custody' })).toMatchObject({ verdict: 'waiting', code: 'offered' });
  });

  it('names the routes to sales, with what they look at', () => {
    const lead = new PlayedLead(playbook({ cadences: { guide } }), START);
    lead.look();
    const e = ask(lead, { kind: 'custody' });
    expect(e).toMatchObject({
      verdict: 'done',
      code: 'with-marketing',
      unblockedBy: "the route demo turning true (seen('demo.requested')), by something the lead does",
    });
    expect(e.because).toContainEqual({
      code: 'condition',
      expr: "seen('demo.requested')",
      value: false,
      source: 'routes/demo/when',
    });
  });

  it('names the touch that the mail service has not answered for', () => {
    const lead = new PlayedLead(playbook({ cadences: { guide } }), START);
    lead.answer = () => undefined;
    for (let i = 0; i < 9 && lead.state.sending.length === 0; i++) {
      const { wake } = lead.look();
      if (wake !== null && lead.state.sending.length === 0) lead.now = wake.at;
    }
    expect(ask(lead, step('hello'))).toMatchObject({ verdict: 'waiting', code: 'sending' });
  });

  it('says what is missing to enter, and that a lead was there before', () => {
    const talk = cadence('talk', { entry: { when: seen('demo.requested'), again: { kind: 'once' } }, lane: 'talk' });
    const event = cadence('won', { entry: { on: 'stage.deciding', again: { kind: 'once' } }, lane: 'won' });
    const hand = cadence('hand', { lane: 'hand' });
    const lead = new PlayedLead(playbook({ cadences: { guide, talk, won: event, hand }, routes: [] }), START);
    lead.playTo('2026-12-20T00:00:00Z');
    const cadenceOf = (name: string) => ask(lead, { kind: 'cadence', cadence: name });
    expect(cadenceOf('talk')).toMatchObject({ verdict: 'waiting', code: 'entry-condition' });
    expect(cadenceOf('won')).toMatchObject({
      verdict: 'waiting',
      code: 'entry-event',
      unblockedBy: 'the event stage.deciding',
    });
    expect(cadenceOf('hand')).toMatchObject({ verdict: 'waiting', code: 'entry-by-hand' });
    expect(cadenceOf('nowhere')).toMatchObject({ verdict: 'never', code: 'unknown' });
  });

  it('says so when the engine itself cannot go on', () => {
    const lead = new PlayedLead(playbook({ cadences: { guide } }), START);
    lead.look();
    const broken = playbook({
      cadences: { guide: { ...guide, steps: { hello: { ...email('hello'), next: 'gone' } } } },
    });
    lead.playbook = broken;
    const e = ask(lead, { kind: 'silence' });
    expect(e).toMatchObject({ verdict: 'blocked', code: 'cannot-decide' });
    expect(e.because).toMatchObject([{ code: 'fact', value: 'cadence guide has no step gone' }]);
  });

  it('reads what is asked, and nothing else', () => {
    expect(parseAbout('step:a/b')).toEqual({ kind: 'step', cadence: 'a', step: 'b' });
    expect(parseAbout('cadence:a')).toEqual({ kind: 'cadence', cadence: 'a' });
    for (const kind of ['custody', 'stage', 'score', 'silence', 'position']) expect(parseAbout(kind)).toEqual({ kind });
    for (const odd of ['', 'step:a', 'step:a/b/c', 'cadence:', 'cadence:a/b', 'stages'])
      expect(parseAbout(odd)).toBeUndefined();
  });

  it('knows which steps can still be reached', () => {
    expect(reaches(guide, 'hello', 'more')).toBe(true);
    expect(reaches(guide, 'more', 'hello')).toBe(false);
    expect(reaches(guide, null, 'hello')).toBe(false);
  });

  it('has every verdict and code in docs/explain.md, with its sentence', async () => {
    const page = await readFile('docs/explain.md', 'utf8');
    for (const verdict of VERDICTS) expect(page).toContain(`| \`${verdict}\` |`);
    for (const [code, sentence] of [...Object.entries(EXPLAIN_CODES), ...Object.entries(BECAUSE_CODES)])
      expect(page).toContain(`| \`${code}\` | ${sentence} |`);
  });
});
