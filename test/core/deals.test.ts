import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealScopeOf } from '../../src/core/deal-scope.ts';
import { dealStageOf } from '../../src/core/deal-stage.ts';
import type { InputBody } from '../../src/core/input.ts';
import { PlayedLead } from './support/lead.ts';
import { cadence, email, inARow, playbook, seen, when } from './support/playbook.ts';

const MONDAY = Date.parse('2026-11-23T10:00:00Z');
const DAY = 86_400_000;

const agreed = playbook({
  stages: [
    { id: 'exploring' },
    { id: 'evaluating', when: seen('page.pricing') },
    { id: 'deciding', when: seen('meeting.held'), deal: ['proposal'] },
    { id: 'customer', deal: ['won'] },
  ],
  onDealLost: { stage: 'evaluating', return: 'lost' },
  returns: {
    lost: {
      id: 'lost',
      recycle: 'win-back',
      after: { ask: false, else: 'P90D' },
      facts: ['lostReason'],
      disqualify: false,
    },
  },
  cadences: {
    guide: cadence('guide', { entry: { again: { kind: 'once' }, when: when('true', () => true) } }),
    'win-back': cadence('win-back'),
    onboarding: cadence('onboarding', {
      purpose: 'service',
      lane: 'customer',
      entry: { on: 'stage.customer', again: { kind: 'once' } },
      ...inARow(email('onboarding-1')),
    }),
    selling: cadence('selling', { purpose: 'sales', lane: 'sales', runs: { custody: ['sales'], else: 'exit' } }),
  },
  handoffs: { warm: { id: 'warm', sla: 'warm', pools: ['all'], brief: [], cadence: 'selling' } },
});

const deal = (stage: string, more: Partial<Extract<InputBody, { kind: 'deal' }>> = {}): InputBody => ({
  kind: 'deal',
  deal: 'crm-1',
  stage,
  amountCents: 2_400_050,
  currency: 'EUR',
  by: 'crm',
  ...more,
});

function started(): PlayedLead {
  const lead = new PlayedLead(agreed, MONDAY);
  lead.look();
  return lead;
}
/** With a rep who has accepted. */
function withSales(): PlayedLead {
  const lead = started();
  lead.put({ kind: 'handoff', handoff: 'warm', by: 'manager' });
  lead.look();
  const { task } = lead.state.custody;
  lead.put({ kind: 'task.answered', task: task ?? '', answer: 'accept', by: 'rep-1@northwind.example' });
  lead.look();
  expect(lead.state.custody).toMatchObject({ who: 'sales' });
  return lead;
}
const wait = (lead: PlayedLead, ms: number): void => {
  lead.now += ms;
};
const running = (lead: PlayedLead) => lead.state.enrollments.map((e) => e.cadence).sort();
const reasons = (lead: PlayedLead, type: string) =>
  lead.journal.filter((entry) => entry.type === type).map((entry) => entry.reason);

describe('a deal', () => {
  it.each([
    ['Closed Won', 'won'],
    ['closedwon', 'won'],
    ['CLOSED_LOST', 'lost'],
    ['closed-lost', 'lost'],
    ['Proposal / Price Quote', 'proposal-price-quote'],
    ['  Angebot übermittelt ', 'angebot-übermittelt'],
    ['---', ''],
  ])('stage %j is %j', (text, stage) => expect(dealStageOf(text)).toBe(stage));

  it('raises the stage that names its stage, and conditions see it', () => {
    const lead = started();
    expect(dealScopeOf(lead.state)).toEqual({ stage: '', amount: 0, open: false, renewsAt: undefined, owner: '' });
    lead.put(deal('qualified'));
    lead.look();
    expect(lead.state.stage).toBe('exploring');
    lead.put(deal('proposal'));
    lead.look();
    expect(lead.state.stage).toBe('deciding');
    expect(dealScopeOf(lead.state)).toMatchObject({ stage: 'proposal', amount: 24_000.5, open: true });
    expect(reasons(lead, 'stage.changed')).toEqual(['stage-deal']);
    // Never back but as said.
    lead.put(deal('qualified'));
    lead.look();
    expect(lead.state.stage).toBe('deciding');
  });

  it('won makes a customer, ends the custody of sales with its cadences, and starts onboarding', () => {
    const lead = withSales();
    lead.put(deal('won'));
    lead.look();
    expect(lead.state).toMatchObject({ stage: 'customer', custody: { who: 'nobody' } });
    expect(running(lead)).toEqual(['guide', 'onboarding']);
    expect(reasons(lead, 'custody.changed').at(-1)).toBe('deal-won');
  });

  it('won while the handoff is still offered takes the offer back', () => {
    const lead = started();
    lead.put({ kind: 'handoff', handoff: 'warm', by: 'manager' });
    lead.look();
    lead.put(deal('won'));
    lead.look();
    expect(lead.state.custody).toMatchObject({ who: 'nobody' });
    expect(lead.types()).toContain('task.cancelled');
    lead.playTo(lead.now + 30 * DAY);
    expect(lead.types()).not.toContain('handoff.breached');
  });

  it('lost goes back to the agreed stage, out of sales, and into win-back after its pause', () => {
    const lead = withSales();
    lead.signal('meeting.held');
    lead.put(deal('proposal'));
    lead.look();
    wait(lead, DAY);
    lead.put(deal('lost', { lostReason: 'price' }));
    lead.look();
    // The meeting was held before: it does not raise the stage again.
    expect(lead.state).toMatchObject({ stage: 'evaluating', custody: { who: 'marketing' } });
    expect(running(lead)).toEqual(['win-back']);
    const start = lead.journal.findLast((entry) => entry.type === 'enrollment.started');
    // In Berlin, where no clock is changed within these 90 days.
    expect(start).toMatchObject({ cadence: 'win-back', reason: 'deal-lost', data: { from: lead.now + 90 * DAY } });
    expect(lead.journal.find((entry) => entry.type === 'lead.returned')).toMatchObject({
      reason: 'deal-lost',
      by: 'crm',
      data: { returnReason: 'lost', facts: { lostReason: 'price' } },
    });
    wait(lead, DAY);
    lead.signal('meeting.held');
    lead.look();
    expect(lead.state.stage).toBe('deciding');
  });

  it('lost changes nothing while another one is open or won', () => {
    for (const other of ['proposal', 'won']) {
      const lead = withSales();
      lead.put(deal(other, { deal: 'crm-2' }));
      lead.put(deal('lost'));
      lead.look();
      expect(lead.state.stage).toBe(other === 'won' ? 'customer' : 'deciding');
      expect(reasons(lead, 'deal.changed')).toContain('deal-lost-others');
      expect(running(lead)).not.toContain('win-back');
    }
  });

  it('that was lost before the lead was told of it, or told twice, is not lost again', () => {
    const lead = started();
    lead.put(deal('lost', { from: 'lost' }));
    lead.look();
    expect(running(lead)).toEqual(['guide']);
    const other = started();
    other.put(deal('lost'));
    other.look();
    other.put(deal('lost', { from: 'lost', amountCents: 1 }), other.now + 1);
    wait(other, 1);
    other.look();
    expect(reasons(other, 'lead.returned')).toEqual(['deal-lost']);
  });

  it('older than what is known changes nothing, and is journalled', () => {
    const lead = started();
    lead.put(deal('won'));
    lead.look();
    lead.put(deal('proposal'), lead.now - DAY);
    lead.look();
    expect(dealScopeOf(lead.state).stage).toBe('won');
    expect(reasons(lead, 'input.ignored')).toEqual(['older-than-known']);
  });

  it('the lead has left counts no more', () => {
    const lead = started();
    lead.put(deal('proposal'));
    lead.put({ kind: 'deal.left', deal: 'crm-1', by: 'crm' }, lead.now + 1);
    wait(lead, 1);
    lead.look();
    expect(dealScopeOf(lead.state).open).toBe(false);
    expect(lead.state.stage).toBe('deciding');
  });

  it('puts a lead that has expired in play again', () => {
    const lead = started();
    lead.state = { ...lead.state, enrollments: [], expired: { at: lead.now } };
    wait(lead, DAY);
    lead.put(deal('won'));
    lead.look();
    expect(lead.types()).toContain('lead.revived');
    expect(running(lead)).toContain('onboarding');
  });

  it('does nothing for a lead that is disqualified', () => {
    const lead = started();
    lead.put({ kind: 'disqualify', reason: 'junk', by: 'rep' });
    lead.put(deal('lost'));
    lead.look();
    expect(lead.state).toMatchObject({ custody: { who: 'nobody' }, enrollments: [] });
  });
});

describe('a person who says the stage', () => {
  const say = (lead: PlayedLead, stage: string) => {
    wait(lead, 1);
    lead.put({ kind: 'stage', stage, reason: 'spoke to them', by: 'manager' });
    lead.look();
  };

  it('moves it both ways, and only what comes later raises it again', () => {
    const lead = started();
    lead.signal('page.pricing');
    lead.signal('meeting.held');
    lead.look();
    say(lead, 'exploring');
    expect(lead.state.stage).toBe('exploring');
    wait(lead, DAY);
    lead.signal('page.pricing');
    lead.look();
    expect(lead.state.stage).toBe('evaluating');
    say(lead, 'customer');
    expect(lead.state.stage).toBe('customer');
    expect(running(lead)).toContain('onboarding');
    expect(lead.journal.findLast((entry) => entry.type === 'stage.changed')).toMatchObject({
      reason: 'stage-by-person',
      by: 'manager',
      data: { why: 'spoke to them', to: 'customer' },
    });
  });

  it('is told when there is nothing to move', () => {
    const lead = started();
    say(lead, 'exploring');
    say(lead, 'no-such-stage');
    expect(reasons(lead, 'input.ignored')).toEqual(['stage-kept', 'unknown-in-playbook']);
  });
});

describe('whatever the order of arrival', () => {
  const stage = fc.constantFrom('qualified', 'proposal', 'won', 'lost');
  const input = fc.record({
    at: fc.integer({ min: -3, max: 3 }).map((n) => MONDAY + n * 3_600_000),
    body: fc.oneof(
      fc.record({ stage, id: fc.constantFrom('a', 'b', 'c') }).map(({ stage: s, id }) => deal(s, { deal: id })),
      fc
        .constantFrom('page.pricing', 'meeting.held', 'demo.requested')
        .map((type): InputBody => ({ kind: 'signal', type, human: true })),
      fc.constant<InputBody>({ kind: 'suppressed', reason: 'bounced', by: 'ses' }),
    ),
  });
  /** One deal has one stage at one instant. */
  const inputs = fc.uniqueArray(input, {
    maxLength: 12,
    selector: ({ at, body }) => (body.kind === 'deal' ? `${at} ${body.deal}` : `${at} ${JSON.stringify(body)}`),
  });

  it('deals, signals and suppressions of the same instants end in the same place', () => {
    fc.assert(
      fc.property(
        inputs.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const [one, other] = [list, shuffled].map((order) => {
            const lead = started();
            for (const { at, body } of order) lead.put(body, at);
            lead.now = MONDAY + DAY;
            lead.look();
            const { stage: s, custody, deals, signals, enrollments, returnedAt, stageBackAt } = lead.state;
            return {
              s,
              who: custody.who,
              deals,
              signals,
              returnedAt,
              stageBackAt,
              runs: enrollments.map((e) => [e.cadence, e.step, e.dueAt]).sort(),
            };
          });
          expect(one).toEqual(other);
        },
      ),
    );
  });

  it('a lead that is lost or won has no next move of sales, and every deal change is in its journal', () => {
    fc.assert(
      fc.property(inputs, (list) => {
        const lead = withSales();
        for (const { at, body } of list) lead.put(body, at);
        lead.now = MONDAY + DAY;
        lead.look();
        const told = list.filter(({ body }) => body.kind === 'deal').length;
        const said = lead.journal.filter(
          ({ type, reason }) => type === 'deal.changed' || (type === 'input.ignored' && reason === 'older-than-known'),
        );
        expect(said).toHaveLength(told);
        const stages = lead.journal.filter(({ type }) => type === 'stage.changed');
        for (const { data, reason } of stages) {
          const ids = agreed.stages.map(({ id }) => id);
          const back = ids.indexOf(String(data['to'])) < ids.indexOf(String(data['from']));
          expect(back).toBe(reason === 'deal-lost');
        }
      }),
    );
  });
});
