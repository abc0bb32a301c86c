import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earliestFree } from '../../src/core/account-cap.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { simulate } from '../../src/core/simulate.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

const MONDAY = Date.parse('2026-11-23T06:00:00Z');

/** The most touches that any span of this length holds. */
function mostWithin(touches: readonly number[], span: number): number {
  return Math.max(0, ...touches.map((from) => touches.filter((t) => t >= from && t < from + span).length));
}

describe('the first moment that is free', () => {
  it('keeps every span within the cap, and is the earliest that does', () => {
    const times = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 14 });
    fc.assert(
      fc.property(
        times,
        fc.record({
          at: fc.integer({ min: 0, max: 60 }),
          most: fc.integer({ min: 1, max: 4 }),
          span: fc.integer({ min: 1, max: 20 }),
        }),
        (drawn, { at, most, span }) => {
          // Only what the cap has let through.
          const had: number[] = [];
          for (const t of drawn) if (mostWithin([...had, t], span) <= most) had.push(t);
          const free = earliestFree(had, at, most, span);
          expect(free).toBeGreaterThanOrEqual(at);
          expect(mostWithin([...had, free], span)).toBeLessThanOrEqual(most);
          for (let t = at; t < free; t++) expect(mostWithin([...had, t], span)).toBeGreaterThan(most);
        },
      ),
    );
  });
});

const steps = inARow(email('one'), wait('w', 'P1D'), email('two'), wait('x', 'P2D'), email('three'));
const capped = (caps: Playbook['caps']): Playbook =>
  playbook({
    cadences: { guide: cadence('guide', { entry: { when: always, again: { kind: 'once' } }, ...steps }) },
    emails: Object.fromEntries(['one', 'two', 'three'].map((id) => [id, template(id)])),
    ...(caps ? { caps } : {}),
  });

describe('the cap of an account', () => {
  const two = capped({ account: { touches: 2, per: 'P7D' }, count: ['email'] });

  it('makes a touch wait until enough of the colleagues’ have left the span, and says so once', () => {
    const lead = new PlayedLead(two, MONDAY);
    lead.turn = { touches: { email: [MONDAY - 6 * DAY, MONDAY - DAY], task: [MONDAY] }, asked: [] };
    lead.playTo(MONDAY + 20 * DAY);
    const [first, second] = lead.touches.map((t) => t.at);
    expect(first).toBeGreaterThanOrEqual(MONDAY + DAY);
    expect(first).toBeLessThan(MONDAY + 2 * DAY);
    // Its own touch and the second of theirs fill the span until that one has left it.
    expect(second).toBeGreaterThanOrEqual(MONDAY + 6 * DAY);
    const said = lead.journal.filter((x) => x.type === 'touch.deferred');
    expect(said.map((x) => [x.step, x.reason])).toEqual([
      ['one', 'account-capped'],
      ['two', 'account-capped'],
    ]);
    expect(said[0]?.data).toMatchObject({ dueAt: first, touches: 2, per: 'P7D' });
  });

  it('asks for no account that a lead does not have', () => {
    const lead = new PlayedLead(two, MONDAY, { lead: { ...leadFields, domain: 'gmail.com' } });
    lead.turn = { touches: { email: Array.from({ length: 9 }, () => MONDAY), task: [] }, asked: [] };
    lead.playTo(MONDAY + 20 * DAY);
    expect(lead.touches).toHaveLength(3);
    expect(lead.types()).not.toContain('touch.deferred');
  });

  it('is never exceeded, whatever its leads and the cap are, and loses nobody', () => {
    const aCap = fc.record({ touches: fc.integer({ min: 1, max: 4 }), per: fc.constantFrom('PT30H', 'P3D', 'P7D') });
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'];
    const people = fc.array(
      fc.record({ company: fc.integer({ min: 0, max: 2 }), zone: fc.constantFrom(...zones), key: fc.uuid() }),
      { minLength: 2, maxLength: 12 },
    );
    fc.assert(
      fc.property(aCap, people, (account, drawn) => {
        const sent = new Map<string, number[]>();
        const leads = drawn.map(({ company, zone, key }, n) => ({
          key: `${key}-${n}`,
          lead: { ...leadFields, domain: `company-${company}.example`, timeZone: zone },
          ...{ consents: [], suppressions: [] },
        }));
        const domains = new Map(leads.map(({ key, lead }) => [key, lead.domain]));
        const spans = { PT30H: 30 * HOUR, P3D: 3 * DAY, P7D: 7 * DAY };
        const result = simulate({
          ...{ playbook: capped({ account, count: ['email'] }), leads, reps: {}, seed: 1, from: MONDAY, days: 400 },
          onJournal: (key, { type, at }) => {
            if (type !== 'touch.sent') return;
            const domain = domains.get(key) ?? '';
            sent.set(domain, [...(sent.get(domain) ?? []), at]);
          },
        });
        for (const touches of sent.values())
          expect(mostWithin(touches, spans[account.per])).toBeLessThanOrEqual(account.touches);
        expect(result.touches).toBe(3 * leads.length);
      }),
      { numRuns: 40 },
    );
  });
});
