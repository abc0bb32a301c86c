import { numberIn, type Report, share } from './define.ts';

/**
 * Wins and leads given up, each with its contacts by sales: messages of sales and calls or other
 * tasks that were done. A win counts from the first handoff on; who gives up, from the acceptance.
 */
const ENDED = `
with ended as (
  select 'won' as outcome, m.lead_id, min(h.offered_at) as since, min(m.at) as at, cast(null as text) as rep
  from milestones m left join handoffs h on h.lead_id = m.lead_id
  where m.kind = 'stage' and m.name = :won and m.at >= :from and m.at < :to
  group by m.lead_id
  union all
  select 'given up', lead_id, accepted_at, ended_at, accepted_by
  from handoffs
  where accepted_at is not null and ended_at >= :from and ended_at < :to
    and ended in ('step', 'returned')
), counted as (
  select outcome, rep, (
      select count(*) from touches t
      where t.lead_id = e.lead_id and t.state = 'sent' and t.purpose = 'sales'
        and t.ended_at >= e.since and t.ended_at <= e.at
    ) + (
      select count(*) from tasks k
      where k.lead_id = e.lead_id and k.state = 'done' and k.kind <> 'handoff' and coalesce(k.disposition, '') <> 'skipped'
        and k.closed_at >= e.since and k.closed_at <= e.at
    ) as contacts
  from ended e
)`;

const SUMMARY = `${ENDED}, ranked as (
  select outcome, contacts,
    row_number() over (partition by outcome order by contacts) as nth,
    count(*) over (partition by outcome) as n
  from counted
)
select outcome,
  count(*) as "leads",
  avg(cast(contacts as double precision)) filter (where nth in ((n + 1) / 2, (n + 2) / 2)) as "medianContacts",
  count(*) filter (where contacts < 5) as "beforeFifth"
from ranked
group by outcome
order by outcome desc
`;

const SPREAD = `${ENDED}
select least(contacts, 12) as "contacts",
  count(*) filter (where outcome = 'won') as "won",
  count(*) filter (where outcome = 'given up') as "givenUp"
from counted
group by least(contacts, 12)
order by least(contacts, 12)
`;

const REPS = `${ENDED}
select rep as "rep",
  count(*) as "givenUp",
  count(*) filter (where contacts < 5) as "beforeFifth"
from counted
where outcome = 'given up'
group by rep
order by count(*) filter (where contacts < 5) desc, rep
`;

export const contacts: Report = {
  name: 'contacts',
  title: 'Contacts',
  about:
    'How many contacts a win takes, and how many leads are given up before. A contact is a message of sales that was sent, or a task (a call, say) that was done and not skipped.',
  days: 90,
  tables: [
    {
      id: 'outcomes',
      title: 'Won and given up',
      columns: {
        outcome: {
          unit: 'text',
          is: '`won`: entered the won stage in the period; `given up`: accepted by a rep and out of sales’ hands in the period, by a return or by the last step of sales’ cadence.',
        },
        leads: { unit: 'count', is: 'How many leads ended so; a lead given up twice counts twice.' },
        medianContacts: {
          unit: 'number',
          is: 'The median number of contacts until then, from the first offer to a win and from the acceptance to a return.',
        },
        beforeFifth: { unit: 'count', is: 'How many had fewer than five contacts by then.' },
        shareBeforeFifth: { unit: 'share', is: '`beforeFifth` of `leads`.' },
      },
      sql: SUMMARY,
    },
    {
      id: 'spread',
      title: 'By number of contacts',
      columns: {
        contacts: { unit: 'count', is: 'Number of contacts; 12 stands for 12 or more.' },
        won: { unit: 'count', is: 'Leads won after so many contacts.' },
        givenUp: { unit: 'count', is: 'Leads given up after so many contacts.' },
      },
      sql: SPREAD,
    },
    {
      id: 'reps',
      title: 'Given up, by rep',
      columns: {
        rep: { unit: 'text', is: 'The rep who had accepted the lead.' },
        givenUp: { unit: 'count', is: 'How many accepted leads were given up.' },
        beforeFifth: { unit: 'count', is: 'How many of them before the fifth contact.' },
        shareBeforeFifth: { unit: 'share', is: '`beforeFifth` of `givenUp`.' },
      },
      sql: REPS,
    },
  ],
  fill: ({ outcomes = [], spread = [], reps = [] }) => ({
    outcomes: outcomes.map((row) => ({
      ...row,
      shareBeforeFifth: share(numberIn(row, 'beforeFifth'), numberIn(row, 'leads')),
    })),
    spread,
    reps: reps.map((row) => ({
      ...row,
      shareBeforeFifth: share(numberIn(row, 'beforeFifth'), numberIn(row, 'givenUp')),
    })),
  }),
};
