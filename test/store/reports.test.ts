/** Reports over 2,000 simulated leads, against a count of their journals that shares no code with the SQL. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTRIBUTION_MODELS } from '../../src/core/attribution.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { DAY } from '../../src/core/time.ts';
import type { Context, Tables } from '../../src/store/reports/define.ts';
import { documentOf } from '../../src/store/reports/document.ts';
import { REPORT_NAMES, REPORTS, type ReportName, runReport } from '../../src/store/reports/index.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import {
  byPool,
  byRep,
  endedOf,
  funnelOf,
  handoffsOf,
  median,
  rate,
  resumesOf,
  type Span,
  slaOf,
} from '../support/report-counts.ts';
import { contentOf, creditsOf, dealsOf, meetingOf } from '../support/report-counts-more.ts';
import { fill, type Journalled, simulated } from '../support/report-world.ts';

const START = Date.UTC(2026, 8, 7);
const NOW = START + 100 * DAY;
/** All of it, and a part that cuts through what happens. */
const SPANS: readonly Span[] = [
  { from: START, to: NOW },
  { from: START + 20 * DAY, to: START + 55 * DAY },
];

let store: TestDatabase;
let playbook: Playbook;
let leads: Journalled[];
beforeAll(async () => {
  store = await withDatabase();
  ({ playbook, leads } = await simulated(2_000, START));
  await fill(store.database.db, playbook, leads);
}, 300_000);
afterAll(() => store.close());

async function report(name: ReportName, { from, to }: Span, more: Partial<Context> = {}): Promise<Tables> {
  const context: Context = {
    from: new Date(from),
    to: new Date(to),
    now: new Date(NOW),
    stages: playbook.stages.map(({ id }) => id),
    won: 'customer',
    warming: [],
    goals: playbook.goals,
    model: undefined,
    ...more,
  };
  return (await runReport(store.database.db, REPORTS[name], context)).tables;
}

/** Counted from the journals alone: who came into which group in the period, and what they did in time. */
function groupsOf(all: readonly Journalled[], { from, to }: Span) {
  const rows = new Map<string, { leads: number; known: number; goals: number; guards: number }>();
  for (const { entries } of all) {
    const met = new Set<string>();
    for (const { at, data } of entries) {
      const { experiment, group, until } = data;
      if (typeof experiment !== 'string' || typeof group !== 'string' || typeof until !== 'number') continue;
      if (met.has(experiment) || at >= to) continue;
      met.add(experiment);
      if (at < from) continue;
      const key = `${experiment} ${group}`;
      const row = rows.get(key) ?? { leads: 0, known: 0, goals: 0, guards: 0 };
      rows.set(key, row);
      const did = (what: string): boolean =>
        entries.some(
          (x) => x.type === 'experiment.reached' && x.data['experiment'] === experiment && x.data['what'] === what,
        );
      row.leads += 1;
      if (until <= NOW) row.known += 1;
      if (until <= NOW && did('goal')) row.goals += 1;
      if (did('guard')) row.guards += 1;
    }
  }
  return Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe.each(SPANS)('reports of 2,000 leads, $from to $to', (span) => {
  it('funnel', async () => {
    const expected = funnelOf(leads, playbook, span);
    expect(expected.reduce((sum, { movedOn }) => sum + movedOn, 0)).toBeGreaterThan(50);
    expect(await report('funnel', span)).toEqual({ stages: expected });
  });

  it('experiments', async () => {
    const { groups = [] } = await report('experiments', span);
    const found = groups.map(({ experiment, group, leads, known, goals, guards }) => [
      `${experiment} ${group}`,
      { leads, known, goals, guards },
    ]);
    const counted = groupsOf(leads, span);
    expect(Object.keys(counted).length).toBeGreaterThan(3);
    expect(Object.fromEntries(found)).toEqual(counted);
    for (const { from, to, rate, known } of groups) {
      if (known === 0) continue;
      expect(Number(from)).toBeLessThanOrEqual(Number(rate));
      expect(Number(to)).toBeGreaterThanOrEqual(Number(rate));
    }
  });

  it('sla', async () => {
    const handoffs = leads.flatMap(handoffsOf);
    const reps = slaOf(handoffs, byRep, NOW, span);
    const sum = (column: 'offered' | 'waiting' | 'breached' | 'touchInTime' | 'touchBreached'): number =>
      reps.reduce((all, row) => all + row[column], 0);
    const resumes = resumesOf(leads, span);
    for (const n of [sum('breached'), sum('touchInTime'), sum('touchBreached'), resumes.kept])
      expect(n).toBeGreaterThan(5);
    expect(handoffs.filter(({ lateRep, rep }) => lateRep !== undefined && lateRep !== rep).length).toBeGreaterThan(5);
    const agreement = (team: string, clock: string, kept: number, breached: number) => {
      return { team, clock, kept, breached, share: rate(kept, kept + breached) };
    };
    const tables = await report('sla', span);
    expect(tables).toEqual({
      agreements: [
        agreement('sales', 'accept', sum('offered') - sum('waiting') - sum('breached'), sum('breached')),
        agreement('sales', 'firstTouch', sum('touchInTime'), sum('touchBreached')),
        agreement('marketing', 'resume', resumes.kept, resumes.breached),
      ],
      reps,
      pools: slaOf(handoffs, byPool, NOW, span),
    });
    expect((await report('meeting', span))['agreements']).toEqual(tables['agreements']);
  });

  it('contacts', async () => {
    const ended = endedOf(leads, playbook, span);
    const { outcomes = [], spread = [], reps = [] } = await report('contacts', span);
    for (const outcome of ['won', 'given up']) {
      const all = ended.filter((one) => one.outcome === outcome).map(({ contacts }) => contacts);
      expect(all.length, outcome).toBeGreaterThan(0);
      const early = all.filter((n) => n < 5).length;
      expect(outcomes.find((row) => row['outcome'] === outcome)).toEqual({
        outcome,
        leads: all.length,
        medianContacts: median(all),
        beforeFifth: early,
        shareBeforeFifth: rate(early, all.length),
      });
    }
    for (const { contacts, won, givenUp } of spread) {
      const here = ended.filter((one) => Math.min(one.contacts, 12) === contacts);
      expect([won, givenUp]).toEqual([
        here.filter((one) => one.outcome === 'won').length,
        here.filter((one) => one.outcome === 'given up').length,
      ]);
    }
    expect(spread.reduce((sum, row) => sum + Number(row['won']) + Number(row['givenUp']), 0)).toBe(ended.length);
    for (const row of reps) {
      const mine = ended.filter((one) => one.outcome === 'given up' && one.rep === row['rep']);
      expect(row['givenUp']).toBe(mine.length);
    }
  });

  it('meeting', async () => {
    const tables = await report('meeting', span);
    const expected = meetingOf(leads, playbook, span);
    expect(Object.fromEntries((tables['figures'] ?? []).map((row) => [row['figure'], row['value']]))).toEqual(
      expected.figures,
    );
    expect(tables['returns']?.map(({ reason, n }) => [reason, n])).toEqual(expected.returns);
    expect(tables['became']?.map(({ became, leads: n }) => [became, n])).toEqual(expected.became);
    const handed = expected.became.reduce((sum, [, n]) => sum + n, 0);
    expect(tables['handedOver']?.length).toBe(Math.min(500, handed));
    expect(tables['quiet']?.reduce((sum, row) => sum + Number(row['leads']), 0)).toBe(expected.quiet);
    const months = (span.to - span.from) / DAY / 30.4375;
    const won = tables['goals']?.find((row) => row['goal'] === 'won');
    expect(won).toMatchObject({ team: 'sales', aMonth: 3, actual: expected.figures['won'] });
    expect(won?.['target']).toBeCloseTo(3 * months, 3);
    expect(won?.['leadsNeeded']).toBe(
      Math.ceil((3 * months) / (Number(expected.figures['won']) / Number(expected.figures['leads']))),
    );
  });

  it('meeting: money is never added over currencies', async () => {
    const money = dealsOf(leads, span);
    const pipeline = async (goals: Context['goals']) =>
      (await report('meeting', span, { goals }))['goals']?.find((row) => row['goal'] === 'pipeline');
    const month = { marketing: { pipeline: 1_000 }, sales: {} };
    for (const { currency, pipeline: actual } of money) {
      expect(await pipeline({ currency, ...month })).toMatchObject({ currency, actual, aMonth: 1_000 });
    }
    expect(await pipeline(month)).toMatchObject({ currency: null, actual: null, reached: null, leadsNeeded: null });
    expect((await report('meeting', span))['totals']).toEqual(money);
  });

  it('content-gaps', async () => {
    const tables = await report('content-gaps', span);
    const expected = contentOf(leads, playbook, span);
    const topics = tables['topics']?.map(({ stage, topic, sent, movedOn }) => ({ stage, topic, sent, movedOn })) ?? [];
    const name = (row: { stage?: unknown; topic?: unknown }): string => `${row.stage} ${row.topic}`;
    expect(topics.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))).toEqual(expected.topics);
    expect(tables['middle']?.map(({ stage, emails, sent }) => ({ stage, emails, sent }))).toEqual(expected.middle);
    const exhausted = tables['exhausted'] ?? [];
    expect(exhausted.reduce((sum, row) => sum + Number(row['leads']), 0)).toBe(expected.notWithSales);
    expect(exhausted.reduce((sum, row) => sum + Number(row['nothingLeft']), 0)).toBe(expected.nothingLeft);
  });

  it.each(ATTRIBUTION_MODELS)('pipeline, %s: every dimension adds up to all of the money', async (model) => {
    const { totals = [], credits = [] } = await report('pipeline', span, { model });
    const money = dealsOf(leads, span);
    expect(totals).toEqual(money);
    expect(money.map(({ currency }) => currency)).toEqual(['EUR', 'JPY', 'USD']);
    expect(money.every((row) => row.opened > 10)).toBe(true);
    for (const row of credits.filter((one) => one['currency'] === 'JPY')) {
      expect(Number.isInteger(row['pipeline'])).toBe(true);
      expect(Number.isInteger(row['revenue'])).toBe(true);
    }
    for (const { currency, pipeline, revenue } of money) {
      for (const dimension of ['source', 'campaign', 'cadence', 'topic']) {
        const mine = credits.filter((row) => row['dimension'] === dimension && row['currency'] === currency);
        const cents = (column: string): number =>
          mine.reduce((sum, row) => sum + Math.round(Number(row[column]) * 100), 0);
        expect([cents('pipeline'), cents('revenue')]).toEqual([Math.round(pipeline * 100), Math.round(revenue * 100)]);
      }
    }
  });

  it('pipeline, first and last: the cadence of the first and of the last email has it all', async () => {
    for (const model of ['first', 'last'] as const) {
      const { credits = [] } = await report('pipeline', span, { model });
      const found = credits
        .filter((row) => row['dimension'] === 'cadence')
        .map(({ name, currency, pipeline }) => [`${currency} ${name}`, pipeline]);
      expect(Object.fromEntries(found)).toEqual(creditsOf(leads, span, model));
    }
  });
});

describe('health', () => {
  it('finds what is wrong, and names what it looked for', async () => {
    const before = await report('health', { from: START, to: NOW });
    expect(before['findings']?.every((row) => typeof row['sentence'] === 'string')).toBe(true);
    const counted = (tables: Tables, finding: string) =>
      Number(tables['findings']?.find((row) => row['finding'] === finding)?.['n']);
    const { db } = store.database;
    const [first, second] = leads;
    if (!first || !second) throw new Error('there are no leads');
    const hours = (n: number): Date => new Date(NOW - n * 3_600_000);
    await db
      .updateTable('lead_states')
      .set({ due_at: hours(2), queue: 'email' })
      .where('lead_id', '=', first.id)
      .execute();
    await db
      .updateTable('lead_states')
      .set({ due_at: hours(2), queue: 'lead', held: '*' })
      .where('lead_id', '=', second.id)
      .execute();
    await db
      .updateTable('lead_states')
      .set({ failures: 3, failing_since: hours(0) })
      .where('lead_id', '=', first.id)
      .execute();
    await db
      .updateTable('lead_states')
      .set({ failures: 2, failing_since: hours(0) })
      .where('lead_id', '=', second.id)
      .execute();
    const inbox = { id: 'i1', lead_id: first.id, at: hours(3), received_at: hours(3), body: '{}' };
    await db.insertInto('inbox').values(inbox).execute();
    await db
      .updateTable('touches')
      .set({ state: 'unconfirmed' })
      .where('id', '=', db.selectFrom('touches').select('id').limit(1))
      .execute();
    await db
      .updateTable('touches')
      .set({ parked_at: hours(3) })
      .where('id', 'in', db.selectFrom('touches').select('id').where('state', '=', 'sent').limit(2))
      .execute();
    const after = await report('health', { from: START, to: NOW });
    for (const finding of ['touches-late', 'leads-failing', 'inputs-unread', 'touches-unconfirmed'])
      expect(counted(after, finding) - counted(before, finding), finding).toBe(1);
    expect(counted(after, 'touches-proven-late') - counted(before, 'touches-proven-late')).toBe(2);
    expect(counted(after, 'wakes-late')).toBe(counted(before, 'wakes-late'));
  });
});

describe('docs/reports.md', () => {
  it('shows the SQL that runs, and a sentence for every column', async () => {
    expect(await readFile('docs/reports.md', 'utf8')).toBe(documentOf(Object.values(REPORTS)));
    expect(Object.keys(REPORTS)).toEqual(REPORT_NAMES);
    for (const { tables } of Object.values(REPORTS))
      for (const { columns } of tables)
        for (const [name, { is }] of Object.entries(columns)) expect(is, name).toMatch(/\.$/);
  });
});
