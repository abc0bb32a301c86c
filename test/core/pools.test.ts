import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rep, Routing } from '../../src/core/facts.ts';
import type { Pool } from '../../src/core/playbook.ts';
import { awayAt, type Choice, pickRep } from '../../src/core/pools.ts';
import { DAY } from '../../src/core/time.ts';
import { always, playbook } from './support/playbook.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const book = playbook({ cadences: {} });
const id = (n: number): string => `rep-${n}@northwind.example`;
const pool = (reps: number, more: Partial<Pool> = {}): Pool => ({
  id: 'all',
  when: always,
  reps: Array.from({ length: reps }, (_, n) => id(n)),
  ...more,
});
const rep = (n: number, more: Partial<Rep> = {}): Rep => ({
  id: id(n),
  name: id(n),
  timeZone: 'UTC',
  active: true,
  ...more,
});

/** The shared counters, kept as the store keeps them. */
class Counters implements Routing {
  reps: Record<string, Rep> = {};
  given: Record<string, Record<string, number>> = {};
  turns: Record<string, Record<string, number>> = {};
  open: Record<string, number> = {};

  pick(pools: readonly Pool[], at = NOW, except?: ReadonlySet<string>): Choice | undefined {
    const choice = pickRep({ pools, playbook: book, routing: this, at, ...(except ? { except } : {}) });
    for (const { pool: name, rep: who, by, turn } of choice?.counts ?? []) {
      this.given[name] = { ...this.given[name], [who]: (this.given[name]?.[who] ?? 0) + by };
      if (turn !== undefined) this.turns[name] = { ...this.turns[name], [who]: turn };
    }
    return choice;
  }

  put(...reps: readonly Rep[]): this {
    for (const one of reps) this.reps[one.id] = one;
    return this;
  }
}

describe('round robin', () => {
  const absences = fc.array(
    fc.record({ rep: fc.nat(7), from: fc.nat(999), length: fc.integer({ min: 1, max: 400 }) }),
    { maxLength: 12 },
  );

  it('stays within one lead of even over any stretch of 1,000 handoffs with the same reps present', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), absences, fc.nat(999), fc.nat(999), (size, away, a, b) => {
        const counters = new Counters();
        const there = (n: number, i: number): boolean =>
          !away.some((x) => x.rep % size === n && x.from <= i && i < x.from + x.length);
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        let present = '';
        let got = new Map<string, number>();
        for (let i = 0; i < 1_000; i++) {
          const here = Array.from({ length: size }, (_, n) => n).filter((n) => there(n, i));
          counters.put(...Array.from({ length: size }, (_, n) => rep(n, { active: here.includes(n) })));
          // A stretch begins at any handoff, and whenever somebody comes or goes.
          if (here.join() !== present || i === start || i === end) {
            present = here.join();
            got = new Map(here.map((n) => [id(n), 0]));
          }
          const chosen = counters.pick([pool(size)])?.rep;
          if (!chosen) {
            expect(here).toEqual([]);
            continue;
          }
          got.set(chosen.id, (got.get(chosen.id) ?? 0) + 1);
          const counts = [...got.values()];
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          // Counts of all who are there are even at every instant, whoever came and went before.
          const turns = here.flatMap((n) => counters.given['all']?.[id(n)] ?? []);
          expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is even in what reps keep, when leads are given back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.array(fc.nat(5), { minLength: 50, maxLength: 1_000 }),
        (size, draws) => {
          const counters = new Counters();
          const kept = new Map(Array.from({ length: size }, (_, n) => [id(n), 0]));
          let credits = 0;
          for (const draw of draws) {
            const who = counters.pick([pool(size)])?.rep?.id ?? '';
            kept.set(who, (kept.get(who) ?? 0) + 1);
            const back = id(draw);
            // One in so many comes back before the next handoff.
            if (draw < size && (kept.get(back) ?? 0) > 0) {
              kept.set(back, (kept.get(back) ?? 0) - 1);
              counters.given['all'] = { ...counters.given['all'], [back]: (counters.given['all']?.[back] ?? 0) - 1 };
              credits += 1;
            }
          }
          // Nothing is given back any more: within as many handoffs as credits, it is even again.
          for (let i = 0; i < credits + size; i++) {
            const who = counters.pick([pool(size)])?.rep?.id ?? '';
            kept.set(who, (kept.get(who) ?? 0) + 1);
          }
          const counts = [...kept.values()];
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gives the next lead to who gave one back, and no flood to who was away or is new', () => {
    const counters = new Counters().put(rep(2, { active: false }));
    const next = () => counters.pick([pool(3)])?.rep?.id;
    for (let i = 0; i < 100; i++) next();
    counters.put(rep(2));
    expect([next(), next(), next(), next()].filter((who) => who === id(2)).length).toBeLessThanOrEqual(2);
    counters.given['all'] = { ...counters.given['all'], [id(1)]: (counters.given['all']?.[id(1)] ?? 0) - 1 };
    while (new Set(Object.values(counters.given['all'] ?? {})).size > 1 && next() !== id(1));
    const larger = [1, 2, 3, 4, 5].map(() => counters.pick([pool(4)])?.rep?.id);
    expect(larger.filter((who) => who === id(3)).length).toBeLessThanOrEqual(2);
  });
});

describe('capacity', () => {
  const small = pool(2, { id: 'small', maxOpen: 3 });
  const large = { ...pool(0, { id: 'large', maxOpen: 5 }), reps: [id(5), id(6)] };

  it('sends a lead past who is full, then past the pool', () => {
    const counters = new Counters();
    counters.open = { [id(0)]: 3 };
    expect(counters.pick([small, large])?.rep?.id).toBe(id(1));
    counters.open = { [id(0)]: 3, [id(1)]: 4 };
    expect(counters.pick([small, large])).toMatchObject({ pool: { id: 'large' }, rep: { id: id(5) } });
  });

  it('when all are full, the least loaded of the last pool gets it, and that is said', () => {
    const counters = new Counters();
    counters.open = { [id(0)]: 3, [id(1)]: 3, [id(5)]: 9, [id(6)]: 7 };
    expect(counters.pick([small, large])).toMatchObject({ rep: { id: id(6) }, over: { open: 7, maxOpen: 5 } });
  });

  it('of nobody there leaves the lead in the first pool', () => {
    const counters = new Counters().put(...[0, 1, 5, 6].map((n) => rep(n, { active: false })));
    expect(counters.pick([small, large])).toEqual({ pool: small, counts: [] });
  });
});

describe('absence', () => {
  const away = (from: string, to: string, cover?: number) => [
    { from, to, cover: cover === undefined ? undefined : id(cover) },
  ];

  it('is the rep’s local days, both included, or instants', () => {
    const lena = rep(0, { timeZone: 'Pacific/Auckland', away: away('2026-11-24', '2026-11-25') });
    expect(awayAt(lena, Date.parse('2026-11-23T10:59:00Z'))).toBeUndefined();
    expect(awayAt(lena, Date.parse('2026-11-23T11:00:00Z'))).toBeDefined();
    expect(awayAt(lena, Date.parse('2026-11-25T10:59:00Z'))).toBeDefined();
    expect(awayAt(lena, Date.parse('2026-11-25T11:00:00Z'))).toBeUndefined();
    const hours = rep(0, { away: away('2026-11-24T09:00:00Z', '2026-11-24T12:00:00Z') });
    expect([NOW, NOW + DAY].map((at) => awayAt(hours, at) !== undefined)).toEqual([true, false]);
  });

  it('is covered by the cover, by that one’s cover, and by nobody in a circle', () => {
    const [mon, fri] = ['2026-11-23', '2026-11-27'];
    const one = pool(1);
    const chain = new Counters().put(rep(0, { away: away(mon, fri, 1) }), rep(1, { away: away(mon, fri, 2) }));
    expect(chain.pick([one])?.rep?.id).toBe(id(2));
    chain.put(rep(2, { away: away(mon, fri, 0) }));
    expect(chain.pick([one])?.rep).toBeUndefined();
    chain.put(rep(2, { active: false }));
    expect(chain.pick([one])?.rep).toBeUndefined();
  });

  it('does not give a cover of the same pool two turns', () => {
    const counters = new Counters().put(rep(0, { away: away('2026-11-23', '2026-11-27', 1) }));
    const got = Array.from({ length: 10 }, () => counters.pick([pool(3)])?.rep?.id);
    expect(got.filter((who) => who === id(1))).toHaveLength(5);
  });
});
