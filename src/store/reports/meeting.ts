import { z } from 'zod';
import { readJson } from '../values.ts';
import { type Column, type Context, numberIn, type Report, type Row, share, textIn } from './define.ts';
import { BECAME, COUNTS, HANDED_OVER, QUIET, RETURNS, SPEED } from './meeting-sql.ts';
import { DEALS, goalCurrency, moneyRows, moneyTable, sumOf } from './money.ts';
import { agreementRows, agreements, kept, RESUMES, slaByRep } from './sla.ts';

const DAY = 86_400_000;
/** A twelfth of a year of 365.25 days. */
const MONTH_DAYS = 30.4375;

const AFTER: Readonly<Record<string, string>> = {
  'touch.sent': 'an email',
  'task.answered': 'a task of the rep',
  'signal.received': 'something the lead did',
  'handoff.accepted': 'the acceptance',
};

interface Goal {
  readonly team: string;
  readonly goal: string;
  readonly month: number | undefined;
}

/** Goals of both teams beside what happened; the target grows with the period. */
function goalRows(counts: Row | undefined, deals: readonly Row[], { goals, from, to }: Context): Row[] {
  const months = (to.getTime() - from.getTime()) / DAY / MONTH_DAYS;
  const all: Goal[] = [
    { team: 'marketing', goal: 'mql', month: goals?.marketing.mql },
    { team: 'marketing', goal: 'pipeline', month: goals?.marketing.pipeline },
    { team: 'sales', goal: 'accepted', month: goals?.sales.accepted },
    { team: 'sales', goal: 'demos', month: goals?.sales.demos },
    { team: 'sales', goal: 'won', month: goals?.sales.won },
  ];
  const leads = numberIn(counts, 'leads');
  const currency = goalCurrency(deals, goals?.currency);
  const isMoney = (goal: string): boolean => goal === 'pipeline';
  return all.map(({ team, goal, month }) => {
    if (isMoney(goal) && currency === undefined && deals.length > 0)
      return severalCurrencies(team, goal, month, months);
    const actual = isMoney(goal) ? sumOf(deals, currency ?? '', 'pipeline') / 100 : numberIn(counts, goal);
    const target = month === undefined ? null : month * months;
    const perLead = leads === 0 ? 0 : actual / leads;
    return {
      team,
      goal,
      currency: isMoney(goal) ? (currency ?? null) : null,
      aMonth: month ?? null,
      target,
      actual,
      reached: target === null ? null : share(actual, target),
      perLead: leads === 0 ? null : perLead,
      leadsNeeded: target === null || perLead === 0 ? null : Math.ceil(target / perLead),
    };
  });
}

/** Money of several currencies is not added, so nothing is said of a goal that names none. */
const severalCurrencies = (team: string, goal: string, month: number | undefined, months: number): Row => ({
  team,
  goal,
  currency: null,
  aMonth: month ?? null,
  target: month === undefined ? null : month * months,
  actual: null,
  reached: null,
  perLead: null,
  leadsNeeded: null,
});

const FIGURES: Readonly<Record<string, string>> = {
  leads: 'Leads that came in.',
  mql: 'Leads that became MQL, by the playbook’s definition.',
  sql: 'Leads that became SQL, by the playbook’s definition.',
  offered: 'Offers of a lead to sales.',
  accepted: 'Offers that a rep accepted.',
  demos: 'Meetings held (`meeting.held`).',
  demoRate: '`demos` for each accepted offer.',
  won: 'Leads that entered the won stage, and were not put back before it within the period, unless a deal of theirs won in it stays won: who buys and then leaves has bought.',
  sqlToSale: '`won` for each SQL.',
  closuresAMonth: '`won` a month of 30.4 days.',
  contacted: 'Offers after which sales reached out (a message sent, or a task done) before the lead left sales.',
  medianHoursToContact: 'Speed to lead: the median hours from the offer to that first contact.',
};

function figureRows(counts: Row | undefined, speed: Row | undefined, { from, to }: Context): Row[] {
  const months = (to.getTime() - from.getTime()) / DAY / MONTH_DAYS;
  const rate = (a: string, b: string): number | null => share(numberIn(counts, a), numberIn(counts, b));
  const values: Record<string, number | null> = {
    ...Object.fromEntries(
      ['leads', 'mql', 'sql', 'offered', 'accepted', 'demos', 'won'].map((name) => [name, numberIn(counts, name)]),
    ),
    demoRate: rate('demos', 'accepted'),
    sqlToSale: rate('won', 'sql'),
    closuresAMonth: months === 0 ? null : numberIn(counts, 'won') / months,
    contacted: numberIn(speed, 'contacted'),
    medianHoursToContact: speed?.['medianHours'] === null ? null : numberIn(speed, 'medianHours'),
  };
  return Object.entries(FIGURES).map(([figure, is]) => ({ figure, value: values[figure] ?? null, is }));
}

const factsSchema = z.record(z.string(), z.string());
const factsIn = (json: string): Record<string, string> => readJson(factsSchema, json, 'facts of a handoff');

/** By reason, with what the reps said, the most frequent first. */
function returnRows(found: readonly Row[]): Row[] {
  const reasons = Map.groupBy(found, (row) => textIn(row, 'reason'));
  return [...reasons]
    .map(([reason, rows]) => {
      const said = new Map<string, number>();
      for (const row of rows) {
        for (const [name, value] of Object.entries(factsIn(textIn(row, 'facts')))) {
          const words = `${name}: ${value}`;
          said.set(words, (said.get(words) ?? 0) + numberIn(row, 'n'));
        }
      }
      const facts = [...said]
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .slice(0, 5)
        .map(([words, n]) => `${words} (${n})`);
      return { reason, n: rows.reduce((sum, row) => sum + numberIn(row, 'n'), 0), facts: facts.join('; ') };
    })
    .sort((a, b) => b.n - a.n || (a.reason < b.reason ? -1 : 1));
}

const leadsColumn: Column = { unit: 'count', is: 'How many leads.' };

export const meeting: Report = {
  name: 'meeting',
  title: 'Joint meeting',
  about:
    'What both teams look at together: goals against what happened, who answers in time, and what becomes of leads handed over.',
  days: 30,
  tables: [
    {
      id: 'goals',
      title: 'Goals',
      columns: {
        team: { unit: 'text', is: 'Whose goal it is.' },
        goal: {
          unit: 'text',
          is: 'What is to be reached; `figures` says what each is, `pipeline` is the money of deals opened in the period: their first amount, of those in `currency`.',
        },
        currency: {
          unit: 'text',
          is: 'Currency of the goal: `goals.currency` of the playbook, else that of the deals. When they have several and the playbook names none, nothing is added and the actual is empty; `totals` has each.',
        },
        aMonth: { unit: 'number', is: 'The goal for a month, from `goals` of the playbook in force.' },
        target: { unit: 'number', is: 'The goal for the period: `aMonth` for each 30.4375 days.' },
        actual: { unit: 'number', is: 'What was reached in the period.' },
        reached: { unit: 'share', is: '`actual` of `target`.' },
        perLead: {
          unit: 'number',
          is: 'The measured conversion: `actual` for each lead that came in during the period.',
        },
        leadsNeeded: { unit: 'count', is: 'Leads that must come in to reach `target` at that conversion.' },
      },
    },
    {
      id: 'figures',
      title: 'Figures',
      columns: {
        figure: { unit: 'text', is: 'What is counted in the period.' },
        value: { unit: 'number', is: 'How many, or how much.' },
        is: { unit: 'text', is: 'The figure in one sentence.' },
      },
    },
    { ...moneyTable, title: 'Pipeline and revenue' },
    { ...agreements, title: 'Agreements kept' },
    { ...slaByRep, title: 'SLA kept by whom' },
    {
      id: 'returns',
      title: 'Given back',
      columns: {
        reason: {
          unit: 'text',
          is: 'The agreed reason with which a rep gave leads back in the period, before or after accepting them.',
        },
        n: { unit: 'count', is: 'How often.' },
        facts: { unit: 'text', is: 'The five facts given most often with it, each with how often.' },
      },
    },
    {
      id: 'became',
      title: 'What became of leads handed over',
      columns: {
        became: {
          unit: 'text',
          is: 'What became of a lead that was offered to sales in the period, by its newest offer.',
        },
        leads: { unit: 'count', is: 'How many leads; each is in one row.' },
        share: { unit: 'share', is: '`leads` of all leads handed over.' },
      },
      sql: BECAME,
    },
    {
      id: 'quiet',
      title: 'Went quiet',
      columns: {
        after: {
          unit: 'text',
          is: 'The last thing that happened to leads that sales has accepted and kept, more than 14 days before the end of the period.',
        },
        place: { unit: 'text', is: 'Its cadence and step, when it had one.' },
        leads: leadsColumn,
        example: { unit: 'text', is: 'The id of one of them.' },
      },
    },
    {
      id: 'handedOver',
      title: 'Leads handed over',
      columns: {
        lead: { unit: 'text', is: 'The id of a lead offered to sales in the period, the newest 500.' },
        company: { unit: 'text', is: 'Its company.' },
        rep: { unit: 'text', is: 'The rep who has it, or had it last.' },
        offeredAt: { unit: 'time', is: 'When it was last offered.' },
        became: { unit: 'text', is: 'What became of it, as above.' },
        stage: { unit: 'text', is: 'The stage it is in at the moment.' },
      },
    },
  ],
  sources: {
    counts: COUNTS,
    speed: SPEED,
    deals: DEALS,
    resumes: RESUMES,
    returned: RETURNS,
    handed: HANDED_OVER,
    silent: QUIET,
  },
  fill: (found, context) => {
    const { counts = [], speed = [], deals = [], reps = [], resumes = [], returned = [], became = [] } = found;
    const { handed = [], silent = [] } = found;
    const all = became.reduce((sum, row) => sum + numberIn(row, 'leads'), 0);
    return {
      goals: goalRows(counts[0], deals, context),
      figures: figureRows(counts[0], speed[0], context),
      totals: moneyRows(deals),
      agreements: agreementRows(reps, resumes[0]),
      reps: kept(reps),
      returns: returnRows(returned),
      became: became.map((row) => ({ ...row, share: share(numberIn(row, 'leads'), all) })),
      quiet: silent.map((row) => ({ ...row, after: AFTER[textIn(row, 'type')] ?? textIn(row, 'type') })),
      handedOver: handed.map((row) => ({ ...row, offeredAt: new Date(numberIn(row, 'offeredAt')).toISOString() })),
    };
  },
};
