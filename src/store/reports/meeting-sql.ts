/** The statements of the joint meeting's report. */
import { CONTACTS } from './contact.ts';
import { OPENED } from './money.ts';
import { epoch, inPeriod, isLater, median, ranks } from './sql.ts';

/** Counts of the period, one row. */
export const COUNTS = `
with ${OPENED}
select
  (select count(*) from leads where ${inPeriod('created_at')}) as "leads",
  (select count(distinct lead_id) from milestones
    where kind = 'label' and name = 'mql' and ${inPeriod('at')}) as "mql",
  (select count(distinct lead_id) from milestones
    where kind = 'label' and name = 'sql' and ${inPeriod('at')}) as "sql",
  (select count(*) from handoffs where ${inPeriod('offered_at')}) as "offered",
  (select count(*) from handoffs where ${inPeriod('accepted_at')}) as "accepted",
  (select count(*) from milestones
    where kind = 'signal' and name = 'meeting.held' and ${inPeriod('at')}) as "demos",
  (select count(distinct m.lead_id) from milestones m
    where m.kind = 'stage' and m.name = :won and ${inPeriod('m.at')}
      and (not exists (select 1 from milestones b where b.lead_id = m.lead_id and b.kind = 'stage'
        and b.at >= m.at and b.seq > m.seq and b.at < :to and ${isLater(':won', 'b.name')})
      or exists (select 1 from deal_leads l join opened o on o.deal_id = l.deal_id
        where l.lead_id = m.lead_id and (${inPeriod('o.won_at')})))) as "won"
`;

/** From the offer to the first message or finished task of sales. */
export const SPEED = `
with ${CONTACTS}, reached as (
  select min(c.at) - h.offered_at as took, h.ended_at - h.offered_at as over
  from handoffs h join contacts c on c.lead_id = h.lead_id and c.at >= h.offered_at
  where ${inPeriod('h.offered_at')}
  group by h.lead_id, h.seq, h.offered_at, h.ended_at
), ranked as (
  select cast(extract(epoch from took) as double precision) / 3600 as hours,
    ${ranks('took', '')}
  from reached
  where over is null or took <= over
)
select count(*) as "contacted",
  ${median('hours')} as "medianHours"
from ranked
`;

export const RETURNS = `
select return_reason as "reason", coalesce(facts, '{}') as "facts", count(*) as "n"
from handoffs
where return_reason is not null and ${inPeriod('ended_at')}
group by return_reason, coalesce(facts, '{}')
order by count(*) desc, return_reason, coalesce(facts, '{}')
`;

/** Each lead handed over in the period, by its newest offer. */
const LATEST = `
with offers as (
  select h.*, row_number() over (partition by lead_id order by seq desc) as newest
  from handoffs h
  where ${inPeriod('offered_at')}
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

export const BECAME = `${LATEST}
select became as "became", count(*) as "leads" from latest group by became order by count(*) desc, became
`;

export const HANDED_OVER = `${LATEST}, shown as (
  select * from latest order by offered_at desc, lead_id limit 500
)
select t.lead_id as "lead", l.company as "company", t.rep as "rep",
  ${epoch('t.offered_at')} as "offeredAt",
  t.became as "became", s.stage as "stage"
from shown t
  join leads l on l.id = t.lead_id
  left join lead_states s on s.lead_id = t.lead_id
order by t.offered_at desc, t.lead_id
`;

export const QUIET = `
with held as (
  select lead_id, accepted_at from handoffs
  where accepted_at is not null and ended_at is null and ${inPeriod('offered_at')}
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
