import { type Column, numberIn, type Report, type Row, share, type Table } from './define.ts';
import { inPeriod, median, ranks } from './sql.ts';

/** Whose a clock is, as SQL over `handoffs`. */
interface Whose {
  /** Of the time to answer. */
  readonly answer: string;
  /** Of the acceptance. */
  readonly accepted: string;
  /** Of the time to the first touch. */
  readonly touch: string;
}

/** A key of the API that answers does so for whoever has the lead. */
const ACCEPTER = `case when accepted_by like '%@%' then accepted_by else rep end`;

const NOW = 'cast(:now as timestamptz)';

const BY_REP: Whose = {
  // Whoever lets an offer lie has broken the agreement, not the one who gets it next.
  answer: `coalesce(case when coalesce(answered_at, ${NOW}) > accept_by then coalesce(late_rep, rep)
      when accepted_at is not null then ${ACCEPTER} else rep end, 'nobody')`,
  accepted: `coalesce(${ACCEPTER}, 'nobody')`,
  touch: `coalesce(touch_late_rep, ${ACCEPTER}, 'nobody')`,
};

/**
 * Each offer once for each of its clocks. It is answered when it is accepted, or given back by other
 * means than the clock; a first touch that nobody waits for any more is neither kept nor broken.
 */
const offers = ({ answer, accepted, touch }: Whose): string => `
with offers as (
  select *, coalesce(accepted_at, case when ended is distinct from 'sla-breached' then ended_at end) as answered_at
  from handoffs
  where ${inPeriod('offered_at')}
), clocks as (
  select ${answer} as who, 'answer' as clock,
    coalesce(answered_at, ${NOW}) > accept_by as late,
    answered_at is null and accept_by >= ${NOW} as waits,
    accepted_at is not null and accepted_at <= accept_by as in_time,
    accepted_at is null and return_reason is not null as rejected, cast(null as bigint) as worked_ms
  from offers
  union all
  select ${accepted}, 'accepted', false, false, false, false, worked_ms from offers where accepted_at is not null
  union all
  select ${touch}, 'touch', coalesce(touched_at, ended_at, ${NOW}) > touch_by,
    touched_at is null and ended_at is null and touch_by >= ${NOW},
    touched_at is not null and touched_at <= touch_by, false, null
  from offers where touch_by is not null
), ranked as (
  select *, ${ranks('worked_ms', 'who')}
  from clocks
)
select who,
  count(*) filter (where clock = 'answer') as "offered",
  count(*) filter (where clock = 'accepted') as "accepted",
  count(*) filter (where clock = 'answer' and in_time) as "inTime",
  count(*) filter (where rejected) as "rejected",
  count(*) filter (where clock = 'answer' and late) as "breached",
  count(*) filter (where clock = 'answer' and waits) as "waiting",
  ${median('cast(worked_ms as double precision) / 3600000', 'worked_ms is not null')} as "medianWorkingHours",
  count(*) filter (where clock = 'touch' and in_time) as "touchInTime",
  count(*) filter (where clock = 'touch' and late) as "touchBreached",
  count(*) filter (where clock = 'touch' and waits) as "touchWaiting"
from ranked
group by who
order by who
`;

const columns = (who: Column): Readonly<Record<string, Column>> => ({
  who,
  offered: { unit: 'count', is: 'Offers made in the period; all that follows is about these offers.' },
  accepted: { unit: 'count', is: 'How many of them they accepted, in time or not.' },
  inTime: { unit: 'count', is: 'How many were accepted by the time agreed in the SLA.' },
  rejected: { unit: 'count', is: 'How many were rejected with a reason.' },
  breached: { unit: 'count', is: 'How many had no answer, neither yes nor no, by the time agreed in the SLA.' },
  waiting: { unit: 'count', is: 'How many have no answer, and still have time for one.' },
  kept: { unit: 'share', is: 'Of the offers that are not waiting, the share that was answered in time.' },
  medianWorkingHours: {
    unit: 'hours',
    is: 'The median time from offer to acceptance in hours of the rep’s working time.',
  },
  touchInTime: {
    unit: 'count',
    is: 'Accepted leads with a first completed task or activity within the time agreed (`firstTouch`).',
  },
  touchBreached: { unit: 'count', is: 'Accepted leads without one by that time, while sales had the lead.' },
  touchWaiting: { unit: 'count', is: 'Accepted leads without one that still have time.' },
  touchKept: { unit: 'share', is: '`touchInTime` of `touchInTime` and `touchBreached`.' },
});

/** By whom the SLA was kept; the meeting report shows the same. */
export const kept = (rows: readonly Row[]): Row[] =>
  rows.map((row) => {
    const due = numberIn(row, 'offered') - numberIn(row, 'waiting');
    const touched = numberIn(row, 'touchInTime');
    return {
      ...row,
      kept: share(due - numberIn(row, 'breached'), due),
      touchKept: share(touched, touched + numberIn(row, 'touchBreached')),
    };
  });

export const slaByRep: Table = {
  id: 'reps',
  title: 'By rep',
  columns: columns({
    unit: 'text',
    is: 'The rep: of an offer, who answered it in time, else who had it when the time was over, else who has it; of a first touch, who had the lead when the time was over, else who accepted it. `nobody` when no rep was there.',
  }),
  sql: offers(BY_REP),
};

const slaByPool: Table = {
  id: 'pools',
  title: 'By pool',
  columns: columns({ unit: 'text', is: 'The pool that the lead was first offered to.' }),
  sql: offers({ answer: 'pool', accepted: 'pool', touch: 'pool' }),
};

/** Marketing's own clock, by when it was settled. */
export const RESUMES = `
select count(*) filter (where name = 'resume kept') as "kept",
  count(*) filter (where name = 'resume breached') as "breached"
from milestones
where kind = 'sla' and ${inPeriod('at')}
`;

export const agreements: Table = {
  id: 'agreements',
  title: 'Agreements',
  columns: {
    team: { unit: 'text', is: 'Who has promised it.' },
    clock: {
      unit: 'text',
      is: '`accept`: an answer to an offer; `firstTouch`: a completed task or activity after accepting; `resume`: an email, or a cadence that will send one, to a lead that sales gave back (`slas.recycle`).',
    },
    kept: {
      unit: 'count',
      is: 'How often it was kept: sales’ for offers made in the period, marketing’s by when it was settled.',
    },
    breached: { unit: 'count', is: 'How often it was not.' },
    share: { unit: 'share', is: '`kept` of `kept` and `breached`.' },
  },
};

/** All agreements of both teams; `reps` are the rows of the table by rep. */
export function agreementRows(reps: readonly Row[], resumes: Row | undefined): Row[] {
  const sum = (column: string): number => reps.reduce((all, row) => all + numberIn(row, column), 0);
  const accepts = sum('offered') - sum('waiting');
  const row = (team: string, clock: string, good: number, breached: number): Row => {
    return { team, clock, kept: good, breached, share: share(good, good + breached) };
  };
  return [
    row('sales', 'accept', accepts - sum('breached'), sum('breached')),
    row('sales', 'firstTouch', sum('touchInTime'), sum('touchBreached')),
    row('marketing', 'resume', numberIn(resumes, 'kept'), numberIn(resumes, 'breached')),
  ];
}

export const sla: Report = {
  name: 'sla',
  title: 'SLA',
  about:
    'Whether both teams keep what they agreed on: who answers offered leads, and in what time; who gets in touch; and whether marketing takes up again what sales gives back.',
  days: 90,
  tables: [agreements, slaByRep, slaByPool],
  sources: { resumes: RESUMES },
  fill: ({ reps = [], pools = [], resumes = [] }) => ({
    agreements: agreementRows(reps, resumes[0]),
    reps: kept(reps),
    pools: kept(pools),
  }),
};
