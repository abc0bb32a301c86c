/** Every reason for which a lead can be held or kept waiting is told, with what lifts it. */
import { describe, expect, it } from 'vitest';
import { type About, explain, type Question } from '../../src/core/explain/explain.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, seen, wait } from './support/playbook.ts';

const START = '2026-11-23T06:00:00Z';
const REP = 'rep-1@northwind.example';
const GUIDE: About = { kind: 'cadence', cadence: 'guide' };
const SILENCE: About = { kind: 'silence' };

const of = (
  more: Partial<Playbook> = {},
  runs: readonly ('marketing' | 'sales' | 'nobody')[] = ['marketing', 'nobody'],
) =>
  playbook({
    cadences: {
      guide: cadence('guide', {
        entry: { when: always, again: { kind: 'once' } },
        runs: { custody: runs, else: 'pause' },
        ...inARow(email('hello'), wait('rest', 'P1D'), email('second'), wait('end', 'P60D')),
      }),
      'keep-warm': cadence('keep-warm', inARow(email('warm'))),
      'last-call': cadence('last-call', inARow(email('still-there'), wait('quiet', 'P30D'))),
    },
    replies: { human: { for: 'P14D' }, outOfOffice: { returnDate: true, else: 'P7D' }, notNow: 'not-ready' },
    ...more,
  });

function mailed(p = of()): PlayedLead {
  const lead = new PlayedLead(p, START);
  lead.playTo('2026-11-23T20:00:00Z');
  expect(lead.touches).toHaveLength(1);
  return lead;
}
const ask = (lead: PlayedLead, about: About, more: Partial<Question> = {}) =>
  explain({
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
const reply = (lead: PlayedLead, kind: 'human' | 'out-of-office', until?: number): void => {
  const said = { class: kind, ...(until === undefined ? {} : { until }) };
  lead.put({ kind: 'signal', type: 'reply.received', human: kind === 'human', reply: said });
  lead.look();
};
const offered = (lead: PlayedLead): string => {
  lead.put({ kind: 'handoff', handoff: 'warm', by: 'manager@northwind.example' });
  lead.look();
  return lead.state.custody.task ?? '';
};

describe('a run', () => {
  it('that pauses after a reply says until when', () => {
    const lead = mailed();
    reply(lead, 'human');
    const until = lead.state.enrollments[0]?.pausedUntil;
    const e = ask(lead, GUIDE);
    expect(e).toMatchObject({ verdict: 'blocked', code: 'paused-reply', at: until });
    expect(e.sentence).toContain('until Mon 7 Dec 2026');
    expect(e.unblockedBy).toMatch(/^time: from Mon 7 Dec 2026, .*\/resume$/);
    const silence = ask(lead, SILENCE);
    expect(silence.verdict).toBe('will');
    expect(silence.at).toBeGreaterThanOrEqual(until ?? 0);
    expect(silence.because).toContainEqual(expect.objectContaining({ expr: 'guide', value: e.sentence }));
  });

  it('that pauses since the lead is away says until when', () => {
    const lead = mailed();
    const back = Date.parse('2026-12-02T08:00:00Z');
    reply(lead, 'out-of-office', back);
    expect(ask(lead, GUIDE)).toMatchObject({ code: 'paused-away', at: back });
  });

  it('that waits for a rep to answer the lead says for whom, and what of the rep’s is put aside', () => {
    const lead = mailed(of({}, ['marketing', 'sales', 'nobody']));
    lead.put({ kind: 'task.answered', task: offered(lead), answer: 'accept', by: REP });
    lead.playbook = { ...lead.playbook, replies: {} };
    reply(lead, 'human');
    lead.playTo('2026-11-27T20:00:00Z');
    expect(lead.touches).toHaveLength(1);
    const tasks = [{ kind: 'call', who: REP, dueAt: lead.now + DAY, snoozedUntil: lead.now + HOUR }];
    for (const about of [GUIDE, SILENCE]) {
      const e = ask(lead, about, { tasks });
      expect(e).toMatchObject({ verdict: 'waiting', code: 'rep-conversation' });
      expect(e.unblockedBy).toContain(REP);
      expect(e.because).toContainEqual(
        expect.objectContaining({ expr: 'open task: call', value: expect.stringContaining('out of the way until') }),
      );
    }
  });

  it('that a cap makes wait names the cap', () => {
    const capped = of({ caps: { lead: { touches: 1, per: 'P7D' }, count: ['email'] } });
    const lead = mailed(capped);
    lead.playTo('2026-11-25T20:00:00Z');
    const cap = { code: 'rule', expr: 'caps.lead', value: '1 touches in P7D', source: 'playbook.yaml' };
    for (const about of [GUIDE, SILENCE, { kind: 'step', cadence: 'guide', step: 'second' } as const]) {
      const e = ask(lead, about);
      expect(e.because, e.sentence).toContainEqual(cap);
      expect(e.because).toContainEqual(expect.objectContaining({ expr: 'touch.deferred' }));
    }
  });
});

describe('a touch that is over a cap that skips', () => {
  it('is said to be left out before it comes, and after', () => {
    const skips = of({ caps: { lead: { touches: 1, per: 'P7D' }, count: ['email'], onCap: 'skip' } });
    const lead = mailed(skips);
    const about = { kind: 'step', cadence: 'guide', step: 'second' } as const;
    expect(ask(lead, about)).toMatchObject({ verdict: 'never', code: 'would-be-skipped' });
    expect(ask(lead, about).sentence).toContain('as many touches as the cap allows');
    lead.playTo('2026-11-28T00:00:00Z');
    expect(ask(lead, about)).toMatchObject({ verdict: 'never', code: 'skipped' });
  });
});

describe('a touch that would have gone while it was quiet', () => {
  it('names the holiday, or the quiet hours', () => {
    for (const [sending, expr] of [
      [{ holidays: { DE: ['2026-11-23'] } }, 'sending.holidays'],
      [{ quietHours: { from: '08:00', to: '16:59' } }, 'sending.quietHours'],
    ] as const) {
      const lead = new PlayedLead(of({ sending }), START);
      lead.look();
      const e = ask(lead, { kind: 'step', cadence: 'guide', step: 'hello' });
      expect(e.verdict).toBe('will');
      expect(e.because).toContainEqual(expect.objectContaining({ code: 'rule', expr, source: 'playbook.yaml' }));
    }
  });
});

describe('silence', () => {
  it('after the last call says when the lead expires, unless', () => {
    const expiry = { after: 'P30D', not: [], warning: { cadence: 'last-call', before: 'P14D' } } as const;
    const lead = mailed(of({ expiry }));
    lead.playTo('2026-12-09T08:00:00Z');
    expect(lead.types()).toContain('lead.expiring');
    const e = ask(lead, SILENCE);
    expect(e.sentence).toMatch(/ expires on Wed 23 Dec 2026, /);
    lead.playTo('2026-12-30T00:00:00Z');
    expect(ask(lead, SILENCE)).toMatchObject({ verdict: 'waiting', code: 'expired' });
  });
});

describe('custody', () => {
  it('says who has the lead since it was passed on, by the ladder or by a person', () => {
    const ladder = [
      { at: 1, do: 'reassign' as const },
      { at: 9, do: 'recycle' as const },
    ];
    const slas = { warm: { id: 'warm', accept: { working: 'PT2H' }, remind: [], onBreach: ladder } };
    const lead = mailed(of({ slas }));
    offered(lead);
    const first = lead.state.custody.rep;
    lead.playTo('2026-11-24T20:00:00Z');
    const passed = ask(lead, { kind: 'custody' });
    expect(lead.state.custody.rep).not.toBe(first);
    expect(passed.sentence).toContain(`offered to ${lead.state.custody.rep}`);
    expect(passed.because).toContainEqual(expect.objectContaining({ expr: 'handoff.reassigned' }));
    lead.put({ kind: 'lead.assigned', to: 'rep-9@northwind.example', tasks: [], by: 'manager@northwind.example' });
    lead.look();
    const given = ask(lead, { kind: 'custody' });
    expect(given.sentence).toContain('offered to rep-9@northwind.example');
    expect(given.because).toContainEqual(expect.objectContaining({ expr: 'lead.assigned' }));
  });

  it('says that nobody answered in time', () => {
    const lead = mailed();
    offered(lead);
    lead.playTo('2026-12-01T00:00:00Z');
    expect(ask(lead, { kind: 'custody' }).because).toContainEqual(
      expect.objectContaining({ expr: 'handoff.breached' }),
    );
  });
});

describe('the past', () => {
  const then = Date.parse('2026-11-23T21:00:00Z');

  it('is judged by the playbook and the consents of then', () => {
    const before = {
      ...of({ stages: [{ id: 'exploring' }, { id: 'evaluating', when: seen('page.pricing') }] }),
      hash: 'old',
    };
    const lead = mailed(before);
    lead.playTo(then + DAY);
    lead.playbook = {
      ...of({ stages: [{ id: 'exploring' }, { id: 'buying', when: seen('page.pricing') }] }),
      hash: 'new',
    };
    const at = then;
    const playbooks = { current: lead.playbook, get: (hash: string) => (hash === 'old' ? before : lead.playbook) };
    const e = ask(lead, { kind: 'stage' }, { at, playbooks });
    expect(e.sentence).toContain('It rises to evaluating');
    expect(e.because).toContainEqual(
      expect.objectContaining({ expr: 'playbook', value: 'Judged by the version of then, old.' }),
    );
    expect(e.because).toContainEqual(expect.objectContaining({ expr: 'as of now' }));
  });

  it('says so when that version is not kept', () => {
    const lead = mailed({ ...of(), hash: 'old' });
    lead.playTo(then + DAY);
    lead.playbook = { ...lead.playbook, hash: 'new' };
    const get = (): never => {
      throw new Error('gone');
    };
    const e = ask(lead, { kind: 'stage' }, { at: then, playbooks: { current: lead.playbook, get } });
    expect(e.because).toContainEqual(
      expect.objectContaining({
        expr: 'playbook',
        value: 'The version of then, old, is not kept: judged by the one in force.',
      }),
    );
  });
});

describe('a sending domain that is not ready', () => {
  it('holds the touch, and the records it lacks are what lifts it', () => {
    const lead = new PlayedLead(of(), START, { pauses: ['sender:marketing'] });
    lead.playTo('2026-11-23T20:00:00Z');
    expect(lead.touches).toEqual([]);
    expect(ask(lead, GUIDE)).toMatchObject({
      verdict: 'blocked',
      code: 'sender-not-ready',
      unblockedBy: expect.stringContaining('volley doctor'),
    });
    expect(ask(lead, SILENCE).sentence).toContain('It keeps its place');
  });

  it('of sales holds no mail of marketing', () => {
    const lead = new PlayedLead(of(), START, { pauses: ['sender:sales'] });
    lead.playTo('2026-11-23T20:00:00Z');
    expect(lead.touches).toHaveLength(1);
  });
});
