import { type Column, numberIn, type Report, type Row, share, type Table } from './define.ts';

/** An offer is answered when it is accepted, or given back by other means than the clock. */
const offers = (key: string): string => `
with answered as (
  select ${key} as who, accept_by, accepted_at, return_reason, worked_ms, offered_at,
    coalesce(accepted_at, case when ended is distinct from 'sla-breached' then ended_at end) as answered_at
  from handoffs
  where offered_at >= :from and offered_at < :to
), ranked as (
  select *,
    row_number() over (partition by who, worked_ms is null order by worked_ms) as nth,
    count(worked_ms) over (partition by who) as n
  from answered
)
select who,
  count(*) as "offered",
  count(accepted_at) as "accepted",
  count(*) filter (where accepted_at <= accept_by) as "inTime",
  count(*) filter (where accepted_at is null and return_reason is not null) as "rejected",
  count(*) filter (where coalesce(answered_at, cast(:now as timestamptz)) > accept_by) as "breached",
  count(*) filter (where answered_at is null and accept_by >= cast(:now as timestamptz)) as "waiting",
  avg(cast(worked_ms as double precision) / 3600000)
    filter (where worked_ms is not null and nth in ((n + 1) / 2, (n + 2) / 2)) as "medianWorkingHours"
from ranked
group by who
order by who
`;

const columns = (who: Column): Readonly<Record<string, Column>> => ({
  who,
  offered: { unit: 'count', is: 'How often a lead was offered in the period; all that follows is about these offers.' },
  accepted: { unit: 'count', is: 'How many of them a rep accepted.' },
  inTime: { unit: 'count', is: 'How many were accepted by the time agreed in the SLA.' },
  rejected: { unit: 'count', is: 'How many a rep rejected with a reason.' },
  breached: { unit: 'count', is: 'How many had no answer, neither yes nor no, by the time agreed in the SLA.' },
  waiting: { unit: 'count', is: 'How many have no answer, and still have time for one.' },
  kept: { unit: 'share', is: 'Of the offers that are not waiting, the share that was answered in time.' },
  medianWorkingHours: {
    unit: 'hours',
    is: 'The median time from offer to acceptance in hours of the rep’s working time.',
  },
});

/** By whom the SLA was kept; the meeting report shows the same. */
export const kept = (rows: readonly Row[]): Row[] =>
  rows.map((row) => {
    const due = numberIn(row, 'offered') - numberIn(row, 'waiting');
    return { ...row, kept: share(due - numberIn(row, 'breached'), due) };
  });

export const slaByRep: Table = {
  id: 'reps',
  title: 'By rep',
  columns: columns({ unit: 'text', is: 'The rep the lead was first offered to; `nobody` when no rep was there.' }),
  sql: offers(`coalesce(rep, 'nobody')`),
};

const slaByPool: Table = {
  id: 'pools',
  title: 'By pool',
  columns: columns({ unit: 'text', is: 'The pool that the lead was offered to.' }),
  sql: offers('pool'),
};

export const sla: Report = {
  name: 'sla',
  title: 'SLA',
  about: 'Who answers offered leads, and in what time.',
  days: 90,
  tables: [slaByRep, slaByPool],
  fill: ({ reps = [], pools = [] }) => ({ reps: kept(reps), pools: kept(pools) }),
};
