import { describe, expect, it } from 'vitest';
import type { Cadence } from '../../src/core/playbook.ts';
import { compiled, fixture, guide, minimal } from './support.ts';

const cadence = (rest: string): Cadence => {
  const found = compiled(minimal('', guide(rest))).cadences['guide'];
  if (!found) throw new Error('no cadence');
  return found;
};
const ONE = 'steps:\n  - { id: a, email: hello }\n';

describe('defaults', () => {
  it('of a marketing cadence: nurture, while nobody in sales has the lead, once, in working hours', () => {
    const { steps, ...rest } = cadence(ONE);
    expect(rest).toEqual({
      id: 'guide',
      purpose: 'marketing',
      lane: 'nurture',
      runs: { custody: ['marketing', 'nobody'], else: 'pause' },
      priority: 50,
      window: {
        days: ['mon', 'tue', 'wed', 'thu', 'fri'],
        from: '09:00',
        to: '17:00',
        zones: ['lead', 'country', 'company'],
      },
      first: 'a',
    });
    expect(cadence(`entry: { when: "lead.freemail" }\n${ONE}`).entry?.again).toEqual({ kind: 'once' });
  });

  it('of a sales cadence: while sales has the lead, else it exits', () => {
    const files = { 'cadences/guide.yaml': `cadence: guide\npurpose: sales\n${ONE}` };
    expect(compiled(minimal('', files)).cadences['guide']?.runs).toEqual({ custody: ['sales'], else: 'exit' });
  });

  it('of the playbook: no mail without consent, a half-life of 30 days, Monday to Friday', () => {
    const playbook = compiled(minimal());
    expect(playbook.consent).toEqual({
      marketing: { kind: 'require' },
      sales: { kind: 'require' },
      service: { kind: 'assume', basis: 'contract' },
    });
    expect(playbook.score).toEqual({ engagement: { halfLife: 'P30D', max: 100 }, fit: [] });
    expect(playbook.company.workingHours).toEqual({
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      from: '09:00',
      to: '17:00',
      holidays: [],
    });
  });

  it('of signals: those every playbook knows are worth nothing, and no other is known', () => {
    const { signals } = compiled(minimal('signals: { email.clicked: { points: 8 } }\n'));
    expect(signals['email.clicked']).toEqual({ points: 8 });
    expect(signals['meeting.held']).toEqual({ points: 0 });
    expect('constructor' in signals).toBe(false);
  });

  it('of a window: the company zone ends every search', () => {
    expect(cadence(`window: { zone: country }\n${ONE}`).window.zones).toEqual(['country', 'company']);
    expect(cadence(`window: { zone: lead, else: [company] }\n${ONE}`).window.zones).toEqual(['lead', 'company']);
  });

  it('of an SLA: the breach recycles at the deadline', () => {
    expect(compiled(minimal('slas: { warm: { accept: PT4H } }\n')).slas['warm']).toEqual({
      id: 'warm',
      accept: { plain: 'PT4H' },
      remind: [],
      onBreach: [{ at: 1, do: 'recycle' }],
    });
  });
});

describe('flattened steps', () => {
  it('name the step after them, out of every block', async () => {
    const guideCadence = compiled(await fixture('contract')).cadences['evaluation-guide'];
    const steps = guideCadence?.steps ?? {};
    expect(guideCadence?.first).toBe('welcome');
    expect(Object.keys(steps)).toEqual([
      'welcome',
      'settle',
      'read-it',
      'compare',
      'nudge',
      'which',
      'offer',
      'try-two',
      'case',
      'roi',
      'more',
      'before',
      'call',
      'again',
      'on',
    ]);
    expect(steps['read-it']).toMatchObject({ then: 'compare', else: 'nudge', next: 'which', upTo: 'P5D' });
    expect([steps['compare']?.next, steps['nudge']?.next]).toEqual(['which', 'which']);
    expect(steps['which']).toMatchObject({ arms: [{ to: 'offer' }, { to: 'try-two' }], next: 'try-two' });
    expect(steps['offer']).toMatchObject({ handoff: 'warm', outcomes: { rejected: 'try-two', breached: 'try-two' } });
    expect(steps['try-two']).toMatchObject({
      arms: [
        { id: 'story', weight: 45, to: 'case' },
        { id: 'numbers', weight: 45, to: 'roi' },
      ],
      holdout: 10,
      next: 'more',
    });
    expect(steps['before']).toMatchObject({ wait: { until: 'meeting.at', offset: '-P1D', orElse: 'continue' } });
    expect(steps['call']).toMatchObject({
      task: { kind: 'call', due: { working: 'P1D' } },
      outcomes: { connected: 'on', 'no-answer': 'again', else: 'on', expired: 'on' },
      next: 'on',
    });
    expect(steps['again']).toEqual({ id: 'again', next: 'on', kind: 'wait', wait: { working: 'P2D' } });
  });

  it('lead out of blocks in blocks', () => {
    const { steps } = cadence(`steps:
  - { id: a, waitFor: "clicked('d')", upTo: P1D, then: [ { id: b, waitFor: "lead.freemail", upTo: P1D, else: [ { id: c, wait: P1D } ] } ] }
  - { id: d, email: hello }
`);
    expect(steps['a']).toMatchObject({ then: 'b', else: 'd' });
    expect(steps['b']).toMatchObject({ then: 'd', else: 'c', next: 'd' });
    expect(steps['c']?.next).toBe('d');
  });

  it('carry their own conditions', () => {
    const { steps } = cadence(`steps:
  - { id: x, branch: [ { when: "lead.freemail", steps: [ { id: y, branch: [ { when: "working", steps: [] } ] } ] } ] }
`);
    expect(steps['y']).toMatchObject({ arms: [{ when: { source: 'working', timed: true }, to: null }] });
  });
});

describe('emails', () => {
  it('are their front matter and the body below it', () => {
    const email = `---\nsubject: Hello\nphase: call-to-action\nrepeat: P365D\nfrom: sales\n---\n\nHi\n\n---\n\nBye\n`;
    expect(compiled(minimal('', { 'emails/hello.md': email })).emails['hello']).toEqual({
      id: 'hello',
      subject: 'Hello',
      phase: 'call-to-action',
      repeat: { after: 'P365D' },
      from: 'sales',
      body: 'Hi\n\n---\n\nBye\n',
    });
  });
});
