import { z } from 'zod';
import { readJson } from '../values.ts';
import { CONTACTS } from './contact.ts';
import { type Column, type Context, numberIn, type Report, type Row, share, textIn } from './define.ts';
import { kept, slaByRep } from './sla.ts';

const DAY = 86_400_000;
/** A twelfth of a year of 365.25 days. */
const MONTH_DAYS = 30.4375;

/** Counts of the period, one row. */
const COUNTS = `
select
  (select count(*) from leads where created_at >= :from and created_at < :to) as "leads",
  (select count(distinct lead_id) from milestones
    where kind = 'label' and name = 'mql' and at >= :from and at < :to) as "mql",
  (select count(distinct lead_id) from milestones
    where kind = 'label' and name = 'sql' and at >= :from and at < :to) as "sql",
  (select count(*) from handoffs where offered_at >= :from and offered_at < :to) as "offered",
  (select count(*) from handoffs where accepted_at >= :from and accepted_at < :to) as "accepted",
  (select count(*) from milestones
    where kind = 'signal' and name = 'meeting.held' and at >= :from and at < :to) as "demos",
  (select count(distinct lead_id) from milestones
    where kind = 'stage' and name = :won and at >= :from and at < :to) as "won",
  (select cast(coalesce(sum(e.amount_cents), 0) as double precision) / 100 from deal_events e
    where e.at >= :from and e.at < :to and not exists (
      select 1 from deal_events b
      where b.deal_id = e.deal_id and (b.at < e.at or (b.at = e.at and b.nth < e.nth)))) as "pipeline"
`;

/** From the offer to the first message or finished task of sales. */
const SPEED = `
with ${CONTACTS}, reached as (
  select min(c.at) - h.offered_at as took, h.ended_at - h.offered_at as over
  from handoffs h join contacts c on c.lead_id = h.lead_id and c.at >= h.offered_at
  where h.offered_at >= :from and h.offered_at < :to
  group by h.lead_id, h.seq, h.offered_at, h.ended_at
), ranked as (
  select cast(extract(epoch from took) as double precision) / 3600 as hours,
    row_number() over (order by took) as nth, count(*) over () as n
  from reached
  where over is null or took <= over
)
select count(*) as "contacted",
  avg(hours) filter (where nth in ((n + 1) / 2, (n + 2) / 2)) as "medianHours"
from ranked
`;

const RETURNS = `
select return_reason as "reason", coalesce(facts, '{}') as "facts", count(*) as "n"
from handoffs
where return_reason is not null and ended_at >= :from and ended_at < :to
group by return_reason, coalesce(facts, '{}')
order by count(*) desc, return_reason, coalesce(facts, '{}')
`;

/** Each lead handed over in the period, by its newest offer. */
const LATEST = `
with offers as (
  select h.*, row_number() over (partition by lead_id order by seq desc) as newest
  from handoffs h
  where offered_at >= :from and offered_at < :to
), latest as (
  select o.*, case
    when exists (select 1 from milestones m
      where m.lead_id = o.lead_id and m.kind = 'stage' and m.name = :won and m.at >= o.offered_at) then 'won'
    when o.ended_at is null and o.accepted_at is null then 'waits for an answer'
    when o.ended_at is null then 'with sales'
    when o.return_reason is not null then 'given back: ' || o.return_reason
    when o.ended = 'sla-breached' then 'not answered in time'
    when o.ended = 'step' then 'given back by the cadence'
    else o.ended end as became
  from offers o
  where o.newest = 1
)`;

const BECAME = `${LATEST}
select became as "became", count(*) as "leads" from latest group by became order by count(*) desc, became
`;

const HANDED_OVER = `${LATEST}, shown as (
  select * from latest order by offered_at desc, lead_id limit 500
)
select t.lead_id as "lead", l.company as "company", coalesce(t.accepted_by, t.rep) as "rep",
  cast(extract(epoch from t.offered_at) as double precision) * 1000 as "offeredAt",
  t.became as "became", s.stage as "stage"
from shown t
  join leads l on l.id = t.lead_id
  left join lead_states s on s.lead_id = t.lead_id
order by t.offered_at desc, t.lead_id
`;

const QUIET = `
with held as (
  select lead_id, accepted_at from handoffs
  where accepted_at is not null and ended_at is null and offered_at >= :from and offered_at < :to
), latest as (
  select h.lead_id, (
    select j.seq from journal j
    where j.lead_id = h.lead_id and j.at < :to
      and j.type in ('touch.sent', 'task.answered', 'signal.received', 'handoff.accepted')
    order by j.seq desc limit 1) as seq
  from held h
  where not exists (select 1 from milestones m
    where m.lead_id = h.lead_id and m.kind = 'stage' and m.name = :won)
)
select j.type as "type", coalesce(j.cadence || '/' || j.step, '') as "place",
  count(*) as "leads", min(j.lead_id) as "example"
from latest q join journal j on j.lead_id = q.lead_id and j.seq = q.seq
where j.at < cast(:to as timestamptz) - interval '14 days'
group by j.type, coalesce(j.cadence || '/' || j.step, '')
order by count(*) desc, j.type, coalesce(j.cadence || '/' || j.step, '')
`;

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
function goalRows(counts: Row | undefined, { goals, from, to }: Context): Row[] {
  const months = (to.getTime() - from.getTime()) / DAY / MONTH_DAYS;
  const all: Goal[] = [
    { team: 'marketing', goal: 'mql', month: goals?.marketing.mql },
    { team: 'marketing', goal: 'pipeline', month: goals?.marketing.pipeline },
    { team: 'sales', goal: 'accepted', month: goals?.sales.accepted },
    { team: 'sales', goal: 'demos', month: goals?.sales.demos },
    { team: 'sales', goal: 'won', month: goals?.sales.won },
  ];
  const leads = numberIn(counts, 'leads');
  return all.map(({ team, goal, month }) => {
    const actual = numberIn(counts, goal);
    const target = month === undefined ? null : month * months;
    const perLead = leads === 0 ? 0 : actual / leads;
    return {
      team,
      goal,
      aMonth: month ?? null,
      target,
      actual,
      reached: target === null ? null : share(actual, target),
      perLead: leads === 0 ? null : perLead,
      leadsNeeded: target === null || perLead === 0 ? null : Math.ceil(target / perLead),
    };
  });
}

const FIGURES: Readonly<Record<string, string>> = {
  leads: 'Leads that came in.',
  mql: 'Leads that became MQL, by the playbook’s definition.',
  sql: 'Leads that became SQL, by the playbook’s definition.',
  offered: 'Offers of a lead to sales.',
  accepted: 'Offers that a rep accepted.',
  demos: 'Meetings held (`meeting.held`).',
  demoRate: '`demos` for each accepted offer.',
  won: 'Leads that entered the won stage.',
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
          is: 'What is to be reached; `figures` says what each is, `pipeline` is the money of deals opened in the period (their first amount, whatever the currency).',
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
        rep: { unit: 'text', is: 'The rep who accepted it, else the one it was offered to.' },
        offeredAt: { unit: 'time', is: 'When it was last offered.' },
        became: { unit: 'text', is: 'What became of it, as above.' },
        stage: { unit: 'text', is: 'The stage it is in at the moment.' },
      },
    },
  ],
  sources: { counts: COUNTS, speed: SPEED, returned: RETURNS, handed: HANDED_OVER, silent: QUIET },
  fill: ({ counts = [], speed = [], reps = [], returned = [], became = [], handed = [], silent = [] }, context) => {
    const all = became.reduce((sum, row) => sum + numberIn(row, 'leads'), 0);
    return {
      goals: goalRows(counts[0], context),
      figures: figureRows(counts[0], speed[0], context),
      reps: kept(reps),
      returns: returnRows(returned),
      became: became.map((row) => ({ ...row, share: share(numberIn(row, 'leads'), all) })),
      quiet: silent.map((row) => ({ ...row, after: AFTER[textIn(row, 'type')] ?? textIn(row, 'type') })),
      handedOver: handed.map((row) => ({ ...row, offeredAt: new Date(numberIn(row, 'offeredAt')).toISOString() })),
    };
  },
};
