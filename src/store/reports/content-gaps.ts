import { numberIn, type Report, type Row, share, textIn } from './define.ts';
import { inPeriod, isLater } from './sql.ts';

/** A stage gets thin below this many emails, or below half of the first stage's touches for each lead. */
const FEW_EMAILS = 3;

/** Emails of the period. One from before the stage was kept counts for the first one. */
const SENT = `select coalesce(stage, (cast(:stages as text[]))[1]) as stage, topic, email, lead_id, next_stage
  from touches
  where state = 'sent' and purpose = 'marketing' and ${inPeriod('ended_at')}`;

/** By the stage the lead was in. Counted by what the rows hold first: later stages are told apart a hundred times, not a million. */
const COUNTED = `
with counted as (
  select stage, topic, email, next_stage, count(*) as sent
  from (${SENT}) sent
  group by stage, topic, email, next_stage
)
select stage as "stage", coalesce(topic, 'none') as "topic", email as "email",
  cast(sum(sent) as bigint) as "sent",
  cast(coalesce(sum(sent) filter (where ${isLater('next_stage', 'stage')}), 0) as bigint) as "movedOn"
from counted
group by stage, coalesce(topic, 'none'), email
`;

/** How many leads they went to. */
const REACHED = `
select stage as "stage", count(*) as "reached"
from (select distinct stage, lead_id from (${SENT}) sent) leads_by_stage
group by stage
`;

const LEADS = `
select s.stage as "stage", coalesce(nullif(l.role, ''), 'unknown') as "role",
  count(*) as "leads",
  count(*) filter (where s.left_to_send = 0) as "nothingLeft"
from lead_states s join leads l on l.id = s.lead_id
where s.stage is not null and s.custody <> 'sales'
group by s.stage, coalesce(nullif(l.role, ''), 'unknown')
`;

const total = (rows: readonly Row[], column: string): number =>
  rows.reduce((sum, row) => sum + numberIn(row, column), 0);

const stageOrder =
  (stages: readonly string[]) =>
  (a: string, b: string): number =>
    stages.indexOf(a) - stages.indexOf(b) || (a < b ? -1 : a > b ? 1 : 0);

export const contentGaps: Report = {
  name: 'content-gaps',
  title: 'Content gaps',
  about:
    'Where there is nothing left to say, what moves leads on, and where the middle of the way is thin. It is about marketing’s emails.',
  days: 90,
  tables: [
    {
      id: 'exhausted',
      title: 'Nothing left to send',
      columns: {
        stage: { unit: 'text', is: 'The stage leads are in at the moment.' },
        role: { unit: 'text', is: 'Their role.' },
        leads: { unit: 'count', is: 'Leads of this stage and role that are not with sales.' },
        nothingLeft: {
          unit: 'count',
          is: 'How many of them have had every email that marketing’s cadences can send to their stage and role, as of their last decision.',
        },
        share: { unit: 'share', is: '`nothingLeft` of `leads`.' },
      },
    },
    {
      id: 'topics',
      title: 'Topics',
      columns: {
        stage: { unit: 'text', is: 'The stage the lead was in when the email went.' },
        topic: { unit: 'text', is: 'The topic of the step; `none` without one.' },
        sent: { unit: 'count', is: 'Emails of this topic sent in that stage in the period.' },
        movedOn: {
          unit: 'count',
          is: 'How many of them were followed by a later stage as the lead’s next one, within 30 days.',
        },
        share: { unit: 'share', is: '`movedOn` of `sent`.' },
      },
    },
    {
      id: 'middle',
      title: 'Where it is thin',
      columns: {
        stage: { unit: 'text', is: 'A stage before the won one.' },
        leads: { unit: 'count', is: 'Leads in it at the moment that are not with sales.' },
        emails: { unit: 'count', is: 'Different emails sent to leads in this stage in the period.' },
        topics: { unit: 'count', is: 'Different topics among them.' },
        sent: { unit: 'count', is: 'Emails sent to leads in this stage in the period.' },
        perLead: { unit: 'number', is: '`sent` for each lead that got one there.' },
        thin: {
          unit: 'flag',
          is: `Whether it had fewer than ${FEW_EMAILS} different emails, or less than half of the first stage’s \`perLead\`.`,
        },
      },
    },
  ],
  sources: { leads: LEADS, counted: COUNTED, reached: REACHED },
  fill: ({ leads = [], counted = [], reached = [] }, { stages, won }) => {
    const order = stageOrder(stages);
    const before = stages.slice(0, Math.max(0, stages.indexOf(won)) || stages.length);
    const emailsIn = Map.groupBy(counted, (row) => textIn(row, 'stage'));
    const topics = [...emailsIn].flatMap(([stage, rows]) =>
      [...Map.groupBy(rows, (row) => textIn(row, 'topic'))].map(([topic, mine]) => {
        const sent = total(mine, 'sent');
        const movedOn = total(mine, 'movedOn');
        return { stage, topic, sent, movedOn, share: share(movedOn, sent) };
      }),
    );
    const perLead = (stage: string): number | null => {
      const here = (rows: readonly Row[]): Row[] => rows.filter((row) => row['stage'] === stage);
      return share(total(here(counted), 'sent'), total(here(reached), 'reached'));
    };
    const first = perLead(stages[0] ?? '') ?? 0;
    return {
      exhausted: leads
        .map((row) => ({ ...row, share: share(numberIn(row, 'nothingLeft'), numberIn(row, 'leads')) }))
        .sort(
          (a, b) => order(textIn(a, 'stage'), textIn(b, 'stage')) || (textIn(a, 'role') < textIn(b, 'role') ? -1 : 1),
        ),
      topics: topics.sort(
        (a, b) => order(a.stage, b.stage) || (b.share ?? 0) - (a.share ?? 0) || (a.topic < b.topic ? -1 : 1),
      ),
      middle: before.map((stage) => {
        const here = emailsIn.get(stage) ?? [];
        const mean = perLead(stage);
        const emails = new Set(here.map((row) => row['email'])).size;
        return {
          stage,
          leads: total(
            leads.filter((one) => one['stage'] === stage),
            'leads',
          ),
          emails,
          topics: new Set(here.map((row) => row['topic'])).size,
          sent: total(here, 'sent'),
          perLead: mean,
          thin: emails < FEW_EMAILS || (mean ?? 0) < first / 2,
        };
      }),
    };
  },
};
