import { describe, expect, it } from 'vitest';
import { endStateOf } from '../../src/core/endstate.ts';
import type { Expiry, Playbook } from '../../src/core/playbook.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, wait } from './support/playbook.ts';

const START = '2026-01-05T06:00:00Z';
const rep = 'rep-1@northwind.example';
const day = (n: number): string => new Date(Date.parse(START) + n * 86_400_000).toISOString();

const of = (expiry: Partial<Expiry> = {}, rest: Partial<Playbook> = {}): Playbook =>
  playbook({
    cadences: {
      guide: cadence('guide', {
        entry: { when: always, again: { kind: 'always' } },
        ...inARow(email('hello'), wait('long', 'P400D')),
      }),
      'last-call': cadence('last-call', { ...inARow(email('goodbye')) }),
      'keep-warm': cadence('keep-warm', inARow(wait('rest', 'P400D'))),
    },
    expiry: { after: 'P180D', not: [], warning: { cadence: 'last-call', before: 'P14D' }, ...expiry },
    ...rest,
  });
const at = (lead: PlayedLead, type: string): string[] =>
  lead.journal.filter((x) => x.type === type).map((x) => new Date(x.at).toISOString().slice(0, 10));
const sent = (lead: PlayedLead): string[] => lead.touches.map((t) => t.step);

describe('a lead nobody hears of', () => {
  it('gets a last call, then leaves every cadence, and nobody has it', () => {
    const p = of();
    const lead = new PlayedLead(p, START);
    lead.playTo(day(300));
    expect(at(lead, 'lead.expiring')).toEqual(['2026-06-20']);
    expect(at(lead, 'lead.expired')).toEqual(['2026-07-04']);
    expect(sent(lead)).toEqual(['hello', 'goodbye']);
    expect(lead.state.enrollments).toEqual([]);
    expect(lead.state.custody.who).toBe('nobody');
    expect(endStateOf(lead.state, lead.facts, p, lead.now)).toBe('expired');
    expect(lead.last?.wake).toBeNull();
  });

  it('does not expire when it was never mailed: no cadence took it up, and that must show', () => {
    const p = of({}, { cadences: { 'last-call': cadence('last-call', inARow(email('goodbye'))) } });
    const lead = new PlayedLead(p, START);
    lead.playTo(day(300));
    expect(lead.journal).toEqual([]);
    expect(endStateOf(lead.state, lead.facts, p, lead.now)).toBe('unreached');
  });

  it('counts from its last human signal, not from what machines do', () => {
    const lead = new PlayedLead(of(), START);
    lead.playTo(day(100));
    lead.signal('page.pricing');
    lead.playTo(day(200));
    lead.put({ kind: 'signal', type: 'email.opened', human: false });
    lead.playTo(day(400));
    expect(at(lead, 'lead.expired')).toEqual([day(280).slice(0, 10)]);
  });

  it('that answers the last call does not expire', () => {
    const lead = new PlayedLead(of(), START);
    lead.playTo(day(170));
    lead.signal('page.pricing');
    lead.playTo(day(200));
    expect(at(lead, 'lead.expiring')).toHaveLength(1);
    expect(at(lead, 'lead.expired')).toEqual([]);
  });

  it('comes back when it does something, and enters by the rules again', () => {
    const lead = new PlayedLead(of(), START);
    lead.playTo(day(200));
    lead.signal('page.pricing');
    lead.look();
    expect(lead.journal.find((x) => x.type === 'lead.revived')).toMatchObject({ by: 'lead', reason: 'revived' });
    expect(lead.state.enrollments.map((e) => e.cadence)).toEqual(['guide']);
    expect(lead.state.custody.who).toBe('marketing');
    lead.playTo(day(400));
    expect(at(lead, 'lead.expired')).toHaveLength(2);
  });

  it('comes back by a route of what it did', () => {
    const lead = new PlayedLead(of(), START);
    lead.playTo(day(200));
    lead.signal('demo.requested');
    lead.look();
    expect(lead.state.custody.who).toBe('sales');
    expect(lead.state.expired).toBeUndefined();
  });

  it('cannot be enrolled while expired, with the reason', () => {
    const lead = new PlayedLead(of(), START);
    lead.playTo(day(200));
    lead.put({ kind: 'enroll', enrollment: 'x', cadence: 'last-call', by: 'key' });
    lead.look();
    expect(lead.journal.at(-1)).toMatchObject({ type: 'input.ignored', reason: 'expired' });
  });

  it('is left alone by the clock at a spared stage and beyond it', () => {
    for (const signal of ['page.pricing', 'meeting.held']) {
      const lead = new PlayedLead(of({ not: ['evaluating'] }), START);
      lead.playTo(day(1));
      lead.signal(signal);
      lead.playTo(day(500));
      expect(at(lead, 'lead.expired')).toEqual([]);
    }
  });

  it('is left alone while it has an open deal, and not after', () => {
    const lead = new PlayedLead(of({ not: ['open-deal'] }), START);
    lead.playTo(day(10));
    const deal = { kind: 'deal' as const, deal: 'd1', amountCents: 100, currency: 'EUR', by: 'crm' };
    lead.put({ ...deal, stage: 'proposal' });
    lead.playTo(day(300));
    expect(at(lead, 'lead.expiring')).toEqual([]);
    lead.put({ ...deal, stage: 'lost' });
    lead.playTo(day(330));
    expect(at(lead, 'lead.expired')).toEqual([day(314).slice(0, 10)]);
  });

  it('is left alone while sales has it, and counts anew from its return and the date agreed', () => {
    const lead = new PlayedLead(of({ after: 'P60D', warning: { cadence: 'last-call', before: 'P5D' } }), START);
    lead.playTo(day(10));
    lead.signal('demo.requested');
    lead.look();
    lead.put({ kind: 'task.answered', task: lead.state.custody.task ?? '', answer: 'accept', by: rep });
    lead.playTo(day(200));
    expect(at(lead, 'lead.expiring')).toEqual([]);
    const until = Date.parse(day(300));
    lead.put({ kind: 'recycle', reason: 'not-ready', facts: { timing: 'later' }, until, by: rep });
    lead.playTo(day(500));
    expect(at(lead, 'lead.expired')).toEqual([day(360).slice(0, 10)]);
  });

  it('is called first even when the playbook learns of expiry after the time', () => {
    const lead = new PlayedLead({ ...of(), expiry: undefined } as unknown as Playbook, START);
    lead.playTo(day(300));
    lead.playbook = of();
    lead.put({ kind: 'lead.changed', by: 'test' });
    lead.playTo(day(330));
    expect(at(lead, 'lead.expiring')).toEqual([day(300).slice(0, 10)]);
    expect(at(lead, 'lead.expired')).toEqual([day(314).slice(0, 10)]);
  });

  it('expires without mail when it must not be mailed, and says why', () => {
    const lead = new PlayedLead(of(), START);
    lead.playTo(day(20));
    lead.facts = { ...lead.facts, suppressions: [{ reason: 'unsubscribed', at: lead.now }] };
    lead.put({ kind: 'suppressed', reason: 'unsubscribed', by: 'lead' });
    lead.playTo(day(300));
    expect(sent(lead)).toEqual(['hello']);
    expect(lead.journal.find((x) => x.type === 'entry.refused' && x.cadence === 'last-call')).toMatchObject({
      reason: 'suppressed',
    });
    expect(at(lead, 'lead.expired')).toHaveLength(1);
  });
});

describe('a signal and the end in the same instant', () => {
  it('keep the lead, whichever came first', () => {
    const end = Date.parse('2026-07-04T06:00:00Z') - 3_600_000;
    const lead = new PlayedLead(of(), START);
    lead.playTo(end - 1000);
    expect(lead.last?.wake?.at).toBe(end);
    lead.now = end;
    lead.signal('page.pricing');
    lead.look();
    expect(at(lead, 'lead.expired')).toEqual([]);
  });
});
