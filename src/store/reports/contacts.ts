import { CONTACTS } from './contact.ts';
import { numberIn, type Report, type Row, share, textIn } from './define.ts';

/**
 * Wins and leads given up, each with its contacts by sales: messages of sales, calls or other tasks
 * that were done, activities that were logged. A win counts from the first handoff on; who gives up, from the acceptance.
 * All three tables are made of these counts, since counting is the costly part.
 */
const ENDED = `
with ended as (
  select 'won' as outcome, m.lead_id, 0 as seq, min(h.offered_at) as since, min(m.at) as at, cast(null as text) as rep
  from milestones m left join handoffs h on h.lead_id = m.lead_id
  where m.kind = 'stage' and m.name = :won and m.at >= :from and m.at < :to
  group by m.lead_id
  union all
  select 'given up', lead_id, seq, accepted_at, ended_at, accepted_by
  from handoffs
  where accepted_at is not null and ended_at >= :from and ended_at < :to
    and ended in ('step', 'returned')
), ${CONTACTS}, counted as (
  select e.outcome, e.rep, count(c.at) as contacts
  from ended e left join contacts c on c.lead_id = e.lead_id and c.at >= e.since and c.at <= e.at
  group by e.outcome, e.rep, e.lead_id, e.seq
)
select outcome as "outcome", rep as "rep", contacts as "contacts", count(*) as "leads"
from counted
group by outcome, rep, contacts
order by outcome desc, rep, contacts
`;

const EARLY = 5;
const MANY = 12;

const sum = (rows: readonly Row[]): number => rows.reduce((all, row) => all + numberIn(row, 'leads'), 0);

/** The median number of contacts of rows that each stand for so many leads. */
function medianOf(rows: readonly Row[]): number {
  const sorted = rows.toSorted((a, b) => numberIn(a, 'contacts') - numberIn(b, 'contacts'));
  const all = sum(rows);
  const nth = (n: number): number => {
    let before = 0;
    return numberIn(
      sorted.find((row) => {
        before += numberIn(row, 'leads');
        return before >= n;
      }),
      'contacts',
    );
  };
  return (nth(Math.floor((all + 1) / 2)) + nth(Math.floor((all + 2) / 2))) / 2;
}

/** How many of the rows' leads had fewer than five contacts, and their share. */
function earlyOf(rows: readonly Row[]): { beforeFifth: number; shareBeforeFifth: number | null } {
  const beforeFifth = sum(rows.filter((row) => numberIn(row, 'contacts') < EARLY));
  return { beforeFifth, shareBeforeFifth: share(beforeFifth, sum(rows)) };
}

export const contacts: Report = {
  name: 'contacts',
  title: 'Contacts',
  about:
    'How many contacts a win takes, and how many leads are given up before. A contact is a message of sales that was sent, a task (a call, say) that was done and not skipped, or an activity that was logged.',
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
    },
    {
      id: 'spread',
      title: 'By number of contacts',
      columns: {
        contacts: { unit: 'count', is: 'Number of contacts; 12 stands for 12 or more.' },
        won: { unit: 'count', is: 'Leads won after so many contacts.' },
        givenUp: { unit: 'count', is: 'Leads given up after so many contacts.' },
      },
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
    },
  ],
  sources: { ended: ENDED },
  fill: ({ ended = [] }) => {
    const outcomes = Map.groupBy(ended, (row) => textIn(row, 'outcome'));
    const upTo = Map.groupBy(ended, (row) => Math.min(numberIn(row, 'contacts'), MANY));
    const reps = Map.groupBy(outcomes.get('given up') ?? [], (row) => row['rep'] ?? null);
    return {
      outcomes: [...outcomes].map(([outcome, rows]) => ({
        outcome,
        leads: sum(rows),
        medianContacts: medianOf(rows),
        ...earlyOf(rows),
      })),
      spread: [...upTo]
        .sort(([a], [b]) => a - b)
        .map(([contacts, rows]) => ({
          contacts,
          won: sum(rows.filter((row) => row['outcome'] === 'won')),
          givenUp: sum(rows.filter((row) => row['outcome'] === 'given up')),
        })),
      // Sorting keeps the order of the statement among equals: by rep.
      reps: [...reps]
        .map(([rep, rows]) => ({ rep, givenUp: sum(rows), ...earlyOf(rows) }))
        .sort((a, b) => b.beforeFifth - a.beforeFifth),
    };
  },
};
