import { describe, expect, it } from 'vitest';
import { roleIn, seatsOf } from '../../src/core/buying-group.ts';
import { DAY } from '../../src/core/time.ts';
import { scoreOf, viewOf } from '../../src/core/view.ts';
import { account, colleague, group } from './support/account.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, handoffStep, inARow, playbook, when } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const NOW = Date.parse(MONDAY);
const named = (role: string, title = '') => ({ ...leadFields, role, title });

describe('the role of a lead', () => {
  it('is the one it came with, if the group has it; else the first rule that holds', () => {
    expect(roleIn(group, named('champion', 'CFO'))).toBe('champion');
    expect(roleIn(group, named('finance', 'CFO'))).toBe('decision-maker');
    expect(roleIn(group, named('', 'Clerk'))).toBe('practitioner');
    expect(roleIn(group, named('finance'))).toBeUndefined();
    expect(roleIn(undefined, named('champion'))).toBeUndefined();
  });
});

describe('the seats of a group', () => {
  it('are who has a role and what is lacking, in the order of the playbook', () => {
    const people = [
      { id: 'a', fields: named('champion') },
      { id: 'b', fields: named('', 'Clerk') },
      { id: 'c', fields: named('') },
    ];
    expect(seatsOf(group, people)).toEqual({
      seats: [
        { role: 'decision-maker' },
        { role: 'practitioner', lead: 'b' },
        { role: 'champion', lead: 'a' },
        { role: 'champion' },
      ],
      completeness: 1 / 3,
    });
  });
});

const grouped = playbook({ cadences: {}, buyingGroup: group });
const scopeOf = (lead: PlayedLead, p = grouped) => viewOf(lead.state, lead.facts, p, lead.now).account;

describe('what a condition sees of the account', () => {
  it('is its people, roles, deals and what they have earned, decayed', () => {
    const lead = new PlayedLead(grouped, MONDAY, { lead: named('champion') });
    const standing = { engagement: 40, at: NOW - 30 * DAY };
    const colleagues = [
      colleague(1, { title: 'CFO', standing, custody: 'sales' }),
      colleague(2, { role: 'champion', standing: { engagement: 90, at: NOW, out: true } }),
    ];
    lead.facts = { ...lead.facts, account: account(colleagues, ['crm-1']) };
    lead.signal('page.pricing');
    lead.look();
    expect(scopeOf(lead)).toEqual({
      name: 'Acme',
      domain: 'acme.example',
      role: 'champion',
      leads: 3,
      withSales: 1,
      openDeals: 1,
      engagement: 15 + 20 + 90,
      roles: ['decision-maker', 'champion'],
      missing: ['champion'],
      completeness: 2 / 3,
    });
  });

  it('is nothing but the own role for a lead without an account', () => {
    const lead = new PlayedLead(grouped, MONDAY, { lead: { ...named('champion'), domain: 'gmail.com' } });
    expect(scopeOf(lead)).toMatchObject({ role: 'champion', leads: 0, engagement: 0, missing: [], completeness: 0 });
  });

  it('is read only when a decision comes to it', () => {
    const asks = when('account.leads > 1', (s) => s.account.leads > 1);
    const p = playbook({
      cadences: {
        any: cadence('any', { entry: { when: always, again: { kind: 'once' } } }),
        team: cadence('team', { lane: 'team', entry: { when: asks, again: { kind: 'once' } } }),
      },
    });
    const alone = new PlayedLead(p, MONDAY);
    alone.look();
    expect(alone.state.enrollments.map((e) => e.cadence)).toEqual(['any']);
    const team = new PlayedLead(p, MONDAY);
    team.account = account([colleague(1)]);
    team.look();
    expect(team.state.enrollments.map((e) => e.cadence).sort()).toEqual(['any', 'team']);
  });
});

describe('the score', () => {
  it('has its share of what colleagues have earned, with a reason, up to the most', () => {
    const shared = { ...grouped, score: { engagement: { halfLife: 'P30D', max: 50, account: 0.5 }, fit: [] } };
    const score = (engagement: number) => {
      const lead = new PlayedLead(shared, MONDAY);
      lead.facts = { ...lead.facts, account: account([colleague(1, { standing: { engagement, at: NOW } })]) };
      lead.signal('page.pricing');
      lead.look();
      return [lead, scoreOf(lead.state, lead.facts, shared, lead.now)] as const;
    };
    const [lead, some] = score(20);
    expect(some).toMatchObject({
      engagement: 25,
      reasons: ['page.pricing once: +15', 'colleagues at the account: +10'],
    });
    // What colleagues see is what the lead has earned itself: a share of a share would never end.
    expect(lead.last?.standing).toEqual({ engagement: 15, at: NOW, last: { type: 'page.pricing', at: NOW } });
    const [, most] = score(100);
    expect(most.engagement).toBe(50);
    expect(most.reasons.at(-1)).toBe('engagement together +65: it counts as 50, the most');
  });
});

describe('the task of a handoff', () => {
  it('says who else is at the account, who has them, and what is missing', () => {
    const p = {
      ...grouped,
      cadences: {
        offer: cadence('offer', { entry: { when: always, again: { kind: 'once' } }, ...inARow(handoffStep('now')) }),
      },
    };
    const lead = new PlayedLead(p, MONDAY, { lead: named('champion') });
    const last = { type: 'demo.requested', at: NOW - DAY };
    lead.account = account([
      colleague(1, { title: 'Clerk' }),
      colleague(2, {
        title: 'CFO',
        custody: 'sales',
        rep: 'ann@x.example',
        standing: { engagement: 60, at: NOW, last },
      }),
    ]);
    lead.look();
    const [task] = lead.effects.flatMap((x) => (x.kind === 'task.open' ? [x.task] : []));
    expect(task?.context.account).toEqual({
      id: 'acme',
      name: 'Acme',
      leads: 3,
      engagement: 60,
      role: 'champion',
      completeness: 0.67,
      missing: ['champion'],
      colleagues: [
        {
          lead: colleague(2).id,
          role: 'decision-maker',
          engagement: 60,
          lastSignal: { type: 'demo.requested', at: '2026-11-22T06:00:00.000Z' },
          custody: 'sales',
          rep: 'ann@x.example',
        },
        { lead: colleague(1).id, role: 'practitioner', engagement: 0, custody: 'nobody' },
      ],
    });
  });

  it('says nothing of an account that a lead does not have', () => {
    const p = playbook({
      cadences: {
        offer: cadence('offer', {
          entry: { when: always, again: { kind: 'once' } },
          ...inARow(email('a'), handoffStep('now')),
        }),
      },
    });
    const lead = new PlayedLead(p, MONDAY, { lead: { ...leadFields, domain: '' } });
    lead.playTo('2026-11-25T00:00:00Z');
    const [task] = lead.effects.flatMap((x) => (x.kind === 'task.open' ? [x.task] : []));
    expect(task?.context.account).toBeUndefined();
  });
});
