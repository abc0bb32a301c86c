import { numberIn, type Report, share } from './define.ts';
import { isLater, median, ranks } from './sql.ts';

/** A lead enters the first stage when it comes in; the journal knows every later one. */
const STAGES = `
with entries as (
  select id as lead_id, created_at as at, 0 as seq, (cast(:stages as text[]))[1] as stage from leads
  where created_at < :to
  union all
  select lead_id, at, seq, name from milestones
  where kind = 'stage' and at < :to
), stays as (
  select stage, at,
    lead(stage) over (partition by lead_id order by at, seq) as next_stage,
    lead(at) over (partition by lead_id order by at, seq) as until_at
  from entries
), entered as (
  select stage,
    ${isLater('next_stage', 'stage')} as moved,
    cast(extract(epoch from until_at - at) as double precision) / 86400 as days
  from stays
  where at >= :from
), ranked as (
  select stage, moved, days,
    ${ranks('days', 'stage, moved')}
  from entered
)
select stage,
  count(*) as "entered",
  count(*) filter (where moved) as "movedOn",
  ${median('days', 'moved')} as "medianDays"
from ranked
group by stage
`;

export const funnel: Report = {
  name: 'funnel',
  title: 'Funnel',
  about: 'How leads go through the stages, and where they stay.',
  days: 90,
  tables: [
    {
      id: 'stages',
      title: 'Stages',
      columns: {
        stage: { unit: 'text', is: 'A stage of the playbook in force, in its order.' },
        entered: {
          unit: 'count',
          is: 'How often a lead entered the stage in the period; the first stage is entered when the lead comes in.',
        },
        movedOn: { unit: 'count', is: 'How many of these had moved on to a later stage by the end of the period.' },
        conversion: { unit: 'share', is: '`movedOn` of `entered`.' },
        medianDays: {
          unit: 'days',
          is: 'The median time that those who moved on had been in the stage, in days of 24 hours.',
        },
      },
      sql: STAGES,
    },
  ],
  fill: ({ stages = [] }, context) => ({
    stages: context.stages.map((stage) => {
      const row = stages.find((one) => one['stage'] === stage);
      const entered = numberIn(row, 'entered');
      const movedOn = numberIn(row, 'movedOn');
      return { stage, entered, movedOn, conversion: share(movedOn, entered), medianDays: row?.['medianDays'] ?? null };
    }),
  }),
};
