/** What a customer is owed before the contract ends. */
import { describe, expect, it } from 'vitest';
import type { InputBody } from '../../src/core/input.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { DAY } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { cadence, email, inARow, playbook, when } from './support/playbook.ts';

const MONDAY = Date.parse('2026-11-23T10:00:00Z');
const RENEWS = Date.parse('2027-03-01T00:00:00Z');
const OWNER = 'rep-2@northwind.example';

const agreed: Playbook = playbook({
  stages: [{ id: 'exploring' }, { id: 'evaluating' }, { id: 'customer', deal: ['won'] }],
  onDealLost: { stage: 'evaluating', return: 'lost' },
  returns: { lost: { id: 'lost', recycle: 'win-back', facts: [], disqualify: false } },
  expiry: { after: 'P30D', not: ['customer', 'open-deal'] },
  pools: [
    { id: 'all', when: when('true', () => true), reps: ['rep-1@northwind.example', OWNER, 'rep-3@northwind.example'] },
  ],
  cadences: {
    guide: cadence('guide', { entry: { again: { kind: 'once' }, when: when('true', () => true) } }),
    'win-back': cadence('win-back'),
    renewal: cadence('renewal', {
      purpose: 'service',
      lane: 'renewal',
      runs: { custody: ['marketing', 'sales', 'nobody'], else: 'pause' },
      entry: {
        again: { kind: 'once' },
        when: when('deal.renewsAt > now', (s) => s.stage === 'customer' && (s.deal.renewsAt ?? 0) > s.now),
      },
      ...inARow(
        {
          kind: 'wait',
          id: 'in-time',
          wait: { until: 'deal.renewsAt', offset: '-P60D', orElse: 'continue' },
          next: null,
        },
        email('look-back'),
        {
          kind: 'task',
          id: 'talk',
          task: { kind: 'call', title: 'Talk', due: { working: 'P5D' } },
          outcomes: {},
          next: null,
        },
      ),
    }),
  },
});

const deal = (stage: string, more: Partial<Extract<InputBody, { kind: 'deal' }>> = {}): InputBody => ({
  kind: 'deal',
  deal: 'crm-1',
  stage,
  amountCents: 2_400_000,
  currency: 'EUR',
  by: 'crm',
  ...more,
});

function customer(
  more: Partial<Extract<InputBody, { kind: 'deal' }>> = { renewsAt: RENEWS, owner: OWNER },
): PlayedLead {
  const lead = new PlayedLead(agreed, MONDAY);
  lead.look();
  lead.put(deal('won', more));
  lead.look();
  return lead;
}
const sent = (lead: PlayedLead, cadenceId: string) => lead.touches.filter((touch) => touch.cadence === cadenceId);
const assignees = (lead: PlayedLead) =>
  lead.journal.flatMap((entry) => (entry.type === 'task.opened' ? [entry.data['assignee']] : []));

describe('a renewal', () => {
  it('is prepared sixty days ahead, with a task for the owner of the deal', () => {
    const lead = customer();
    lead.playTo(RENEWS - 61 * DAY);
    expect(sent(lead, 'renewal')).toEqual([]);
    lead.playTo(RENEWS - 50 * DAY);
    expect(sent(lead, 'renewal').map(({ step }) => step)).toEqual(['look-back']);
    expect(assignees(lead)).toEqual([OWNER]);
  });

  it('moves along with the date', () => {
    const lead = customer();
    const later = RENEWS + 300 * DAY;
    lead.playTo(MONDAY + DAY);
    lead.put(deal('won', { renewsAt: later }));
    lead.playTo(later - 61 * DAY);
    expect(sent(lead, 'renewal')).toEqual([]);
    lead.playTo(later - 50 * DAY);
    expect(sent(lead, 'renewal')).toHaveLength(1);
  });

  it('is of the sale, also while something new is being sold', () => {
    const lead = customer();
    lead.put(deal('proposal', { deal: 'crm-2' }));
    lead.playTo(RENEWS - 50 * DAY);
    expect(sent(lead, 'renewal')).toHaveLength(1);
    expect(assignees(lead)).toEqual([OWNER]);
  });

  it('is nobody’s business without a date', () => {
    const lead = customer({});
    lead.playTo(RENEWS + DAY);
    expect(sent(lead, 'renewal')).toEqual([]);
  });

  it('goes to a rep of the pool when nobody here knows the owner', () => {
    const lead = customer({ renewsAt: RENEWS, owner: 'gone@northwind.example' });
    lead.playTo(RENEWS - 50 * DAY);
    expect(assignees(lead)).toEqual(['rep-1@northwind.example']);
  });
});

describe('a customer', () => {
  it('never expires', () => {
    const lead = customer();
    lead.playTo(MONDAY + 900 * DAY);
    expect(lead.types()).not.toContain('lead.expired');
  });

  it('whose renewal is lost once the contract is over is won back', () => {
    const lead = customer();
    lead.put(deal('renewal', { deal: 'crm-2' }));
    lead.playTo(RENEWS + DAY);
    lead.put(deal('lost', { deal: 'crm-2', lostReason: 'chose another vendor' }));
    lead.look();
    expect(lead.state.stage).toBe('evaluating');
    expect(lead.state.enrollments.map((e) => e.cadence)).toContain('win-back');
  });

  it('whose next deal is lost while the contract runs stays one', () => {
    const lead = customer();
    lead.put(deal('proposal', { deal: 'crm-2' }));
    lead.playTo(MONDAY + 30 * DAY);
    lead.put(deal('lost', { deal: 'crm-2' }));
    lead.look();
    expect(lead.state.stage).toBe('customer');
    expect(lead.journal.findLast(({ type }) => type === 'deal.changed')?.reason).toBe('deal-lost-others');
  });
});
