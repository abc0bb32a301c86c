/** A new sending domain warms up: so many messages a day, nobody dropped, who was due first goes first. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOf, localDay } from '../../src/core/calendar.ts';
import { explain } from '../../src/core/explain/explain.ts';
import type { Playbook, WarmUp } from '../../src/core/playbook.ts';
import { senderDomain } from '../../src/core/sender.ts';
import { simulate } from '../../src/core/simulate.ts';
import { DAY } from '../../src/core/time.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

/** Monday. */
const START = Date.parse('2026-11-23T06:00:00Z');
const DOMAIN = 'northwind.example';
const ZONE = 'Europe/London';

const warming = (rule: WarmUp, more: Partial<Playbook['cadences'][string]> = {}, domain = DOMAIN): Playbook =>
  playbook({
    cadences: {
      guide: cadence('guide', {
        entry: { when: always, again: { kind: 'once' } },
        ...inARow(email('one'), wait('w', 'P1D'), email('two')),
        ...more,
      }),
    },
    emails: { one: template('one'), two: template('two') },
    sending: { warmUp: { [domain]: rule } },
  });

const dayOf = (at: number): string => dateOf(localDay(ZONE, at));

interface Sent {
  readonly key: string;
  readonly step: string;
  readonly at: number;
  /** When it would have gone, and as the how-manieth of all that came to their time. */
  readonly due: number;
}

function play(p: Playbook, people: readonly { zone?: string; receiver?: string; key: string }[], days = 120) {
  const due = new Map<string, number>();
  const sent: Sent[] = [];
  const leads = people.map(({ zone = ZONE, receiver = 'acme.example', key }, n) => ({
    key: `${key}-${n}`,
    lead: { ...leadFields, email: `p${n}@${receiver}`, domain: receiver, timeZone: zone },
    ...{ consents: [], suppressions: [] },
  }));
  const result = simulate({
    ...{ playbook: p, leads, reps: {}, seed: 1, from: START, days },
    onJournal: (key, { type, at, step = '', reason }) => {
      const id = `${key}/${step}`;
      if (type === 'touch.deferred' && reason === 'warming-up' && !due.has(id)) due.set(id, at);
      if (type === 'touch.sent') sent.push({ key, step, at, due: due.get(id) ?? at });
    },
  });
  return { result, sent, leads };
}

const perDay = (sent: readonly Sent[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(sent, ({ at }) => dayOf(at))].map(([day, all]) => [day, all.length]));

describe('the warm-up of a domain', () => {
  it('lets as many go on a day as the playbook says, the oldest first, spread over the window', () => {
    const people = Array.from({ length: 40 }, (_, n) => ({ key: `lead-${n * 7919}` }));
    const { sent } = play(warming({ from: '2026-11-23', days: [4, 8, 16, 16, 16] }, inARow(email('one'))), people);
    expect(perDay(sent)).toEqual({ '2026-11-23': 4, '2026-11-24': 8, '2026-11-25': 16, '2026-11-26': 12 });
    for (const a of sent) {
      for (const b of sent) if (a.due < b.due) expect(dayOf(a.at) <= dayOf(b.at)).toBe(true);
    }
    const tuesday = sent.filter(({ at }) => dayOf(at) === '2026-11-24');
    expect(new Set(tuesday.map(({ at }) => at)).size).toBe(tuesday.length);
  });

  it('holds everything until its first day, and nothing after its last', () => {
    const people = Array.from({ length: 30 }, (_, n) => ({ key: `lead-${n * 104729}` }));
    const { sent } = play(warming({ from: '2026-11-25', days: [3, 5] }, inARow(email('one'))), people);
    expect(perDay(sent)).toEqual({ '2026-11-25': 3, '2026-11-26': 5, '2026-11-27': 22 });
  });

  it('counts each mail domain within the day, and lets the others go by', () => {
    const people = Array.from({ length: 12 }, (_, n) => ({
      key: `lead-${n}`,
      receiver: n < 8 ? 'big.example' : 'b.example',
    }));
    const rule = { from: '2026-11-23', days: [6, 6, 6], perReceiver: [2, 3, 4] };
    const { sent, leads } = play(warming(rule, inARow(email('one'))), people);
    const big = new Set(leads.flatMap(({ key, lead }) => (lead.domain === 'big.example' ? [key] : [])));
    expect(perDay(sent.filter(({ key }) => big.has(key)))).toEqual({
      ...{ '2026-11-23': 2, '2026-11-24': 3, '2026-11-25': 3 },
    });
  });

  it('binds neither mail of service nor another domain', () => {
    const people = Array.from({ length: 9 }, (_, n) => ({ key: `lead-${n}` }));
    const rule = { from: '2026-11-23', days: [1, 1, 1] };
    const service = play(warming(rule, { purpose: 'service', ...inARow(email('one')) }), people);
    expect(perDay(service.sent)).toEqual({ '2026-11-23': 9 });
    const other = play(warming(rule, inARow(email('one')), 'other.example'), people);
    expect(perDay(other.sent)).toEqual({ '2026-11-23': 9 });
  });

  it('says once why a touch waits and until when, in the journal and in explain', () => {
    const p = warming({ from: '2026-11-23', days: [2, 4, 8] });
    const lead = new PlayedLead(p, START);
    lead.places = { [DOMAIN]: { '2026-11-23': { all: 2, receiver: 0 }, '2026-11-24': { all: 3, receiver: 0 } } };
    lead.playTo(START + 14 * 3_600_000);
    expect(lead.touches).toEqual([]);
    const waits = lead.journal.filter(({ type }) => type === 'touch.deferred');
    expect(waits).toMatchObject([{ reason: 'warming-up', data: { domain: DOMAIN, limit: 2 } }]);
    expect(lead.effects.filter(({ kind }) => kind === 'place.take')).toEqual([
      { kind: 'place.take', sender: DOMAIN, receiver: 'acme.example', day: '2026-11-24' },
    ]);
    const said = explain({
      about: { kind: 'step', cadence: 'guide', step: 'one' },
      ...{ state: lead.state, facts: lead.facts, inputs: lead.inbox, journal: lead.journal, now: lead.now },
      playbooks: { current: p, get: () => p },
      sendAs: 'now',
    });
    expect(said.verdict).toBe('will');
    expect(dayOf(said.at ?? 0)).toBe('2026-11-24');
    expect(JSON.stringify(said)).toContain('northwind.example may send 2 that day');
    lead.playTo(START + 2 * DAY);
    expect(lead.touches.map(({ at }) => dayOf(at))).toEqual(['2026-11-24']);
    expect(lead.effects.filter(({ kind }) => kind === 'place.take')).toHaveLength(1);
  });

  it('gives up a place above a limit that is lower by now, and one whose day has passed', () => {
    const place = (n: number, day: string) => ({ sender: DOMAIN, day, n, ofReceiver: n });
    const days = (taken: Record<string, number>) => ({
      [DOMAIN]: Object.fromEntries(Object.entries(taken).map(([day, all]) => [day, { all, receiver: all }])),
    });
    for (const [was, taken, goes] of [
      [place(1, '2026-11-23'), { '2026-11-23': 5 }, '2026-11-23'],
      [place(2, '2026-11-23'), { '2026-11-23': 5 }, '2026-11-24'],
      [place(0, '2026-11-20'), { '2026-11-23': 1 }, '2026-11-23'],
      [place(0, '2026-11-20'), { '2026-11-23': 2, '2026-11-24': 2 }, '2026-11-25'],
    ] as const) {
      const lead = new PlayedLead(warming({ from: '2026-11-23', days: [2, 2, 2] }, inARow(email('one'))), START);
      lead.places = days(taken);
      lead.look();
      const [run] = lead.state.enrollments;
      if (run === undefined) throw new Error('there is no run');
      run.place = was;
      lead.playTo(START + 5 * DAY);
      expect(lead.touches.map(({ at }) => dayOf(at))).toEqual([goes]);
    }
  });

  it('is never exceeded on any day, whoever they are, and drops nobody', () => {
    const rules = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 12 })
      .map((grows) => {
        let [all, receiver] = [0, 0];
        return grows.map(([a, r]) => {
          all += a;
          receiver = Math.min(all, receiver + r);
          return [all, receiver] as const;
        });
      });
    const people = fc.array(
      fc.record({
        zone: fc.constantFrom('Europe/London', 'America/Los_Angeles', 'Asia/Tokyo', 'Pacific/Auckland'),
        receiver: fc.constantFrom('big.example', 'b.example', 'c.example'),
        key: fc.uuid(),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(rules, people, fc.constantFrom('2026-11-20', '2026-11-23', '2026-11-28'), (rule, drawn, from) => {
        const [days, perReceiver] = [rule.map(([all]) => all), rule.map(([, receiver]) => receiver)];
        const { result, sent, leads } = play(warming({ from, days, perReceiver }), drawn);
        const receivers = new Map(leads.map(({ key, lead }) => [key, lead.domain]));
        const first = Date.parse(`${from}T00:00:00Z`);
        for (const [day, all] of Map.groupBy(sent, ({ at }) => dayOf(at))) {
          const nth = (Date.parse(`${day}T00:00:00Z`) - first) / DAY;
          expect(nth).toBeGreaterThanOrEqual(0);
          if (nth >= days.length) continue;
          expect(all.length).toBeLessThanOrEqual(days[nth] ?? 0);
          for (const some of Map.groupBy(all, ({ key }) => receivers.get(key)).values()) {
            expect(some.length).toBeLessThanOrEqual(perReceiver[nth] ?? 0);
          }
        }
        expect(result.touches).toBe(2 * leads.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the domain a touch is from', () => {
  const of = (from: { marketing: string; sales: string }, purpose: 'marketing' | 'sales' | 'service', rep?: string) => {
    const { company } = playbook({ cadences: {} });
    const emails = { mine: template('mine', { from: 'sales' }) };
    const p = { company: { ...company, from }, emails };
    return [senderDomain(p, { email: 'x', purpose, rep }), senderDomain(p, { email: 'mine', purpose, rep })];
  };
  const from = { marketing: 'Northwind <news@News.Northwind.example>', sales: '{{ rep.name }} <{{ rep.email }}>' };

  it('is the company’s, the rep’s for sales, and the company’s while no rep has the lead', () => {
    const rep = 'rep-1@sales.example';
    expect(of(from, 'marketing', rep)).toEqual(['news.northwind.example', 'sales.example']);
    expect(of(from, 'sales', rep)).toEqual(['sales.example', 'sales.example']);
    expect(of(from, 'sales')).toEqual(['news.northwind.example', 'news.northwind.example']);
    const shared = { ...from, sales: '{{ rep.name }} <{{ rep.name }}@shared.example>' };
    expect(of(shared, 'sales', rep)).toEqual(['shared.example', 'shared.example']);
  });
});
