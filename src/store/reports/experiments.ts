/** What experiments show so far: counted from milestones, judged by the core. */
import { sharesIn } from '../../core/experiments/entries.ts';
import { armScope } from '../../core/experiments/experiment.ts';
import { type GroupCount, judge } from '../../core/experiments/judge.ts';
import type { Interval } from '../../core/experiments/sequential.ts';
import { type Context, numberIn, type Report, type Row, share, textIn } from './define.ts';

/** Who came into which group, once a lead; its name is `EXPERIMENT GROUP SHARES UNTIL` (entries.ts in the core). */
const COUNTED = `
with joined as (
  select lead_id, at, split_part(name, ' ', 1) as experiment, split_part(name, ' ', 2) as member,
    split_part(name, ' ', 3) as shares, cast(split_part(name, ' ', 4) as bigint) as until,
    row_number() over (partition by lead_id, split_part(name, ' ', 1) order by at, seq) as nth
  from milestones
  where kind = 'experiment' and at < :to
), members as (
  select lead_id, experiment, member, shares, at,
    until <= cast(extract(epoch from cast(:now as timestamptz)) * 1000 as bigint) as known
  from joined
  where nth = 1 and at >= :from
), reached as (
  select distinct lead_id, kind, name from milestones
  where kind in ('experiment goal', 'experiment guard')
)
select m.experiment as "experiment", m.member as "group", m.shares as "shares",
  count(*) as "leads",
  count(*) filter (where m.known) as "known",
  count(g.lead_id) filter (where m.known) as "goals",
  count(w.lead_id) as "guards"
from members m
left join reached g on g.lead_id = m.lead_id and g.name = m.experiment and g.kind = 'experiment goal'
left join reached w on w.lead_id = m.lead_id and w.name = m.experiment and w.kind = 'experiment guard'
group by m.experiment, m.member, m.shares
order by m.experiment, min(m.at), m.member
`;

const STOPPED = `select scope as "scope" from pauses where scope like 'arm:%' order by scope`;

const countIn = (row: Row): GroupCount => ({
  group: textIn(row, 'group'),
  shares: sharesIn(textIn(row, 'shares')),
  leads: numberIn(row, 'leads'),
  known: numberIn(row, 'known'),
  goals: numberIn(row, 'goals'),
  guards: numberIn(row, 'guards'),
});

const upTo = ({ to }: Interval): number | null => (Number.isFinite(to) ? to : null);

function rowsOf(experiment: string, counts: readonly GroupCount[], stopped: ReadonlySet<string>, { change }: Context) {
  const { groups, pairs, winner } = judge(counts);
  const rate = (group: string): number => {
    const found = groups.find((one) => one.group === group);
    return found === undefined || found.known === 0 ? 0 : found.goals / found.known;
  };
  const edit = winner === undefined ? undefined : change?.(experiment, winner);
  return {
    groups: groups.map((one) => ({
      experiment,
      group: one.group,
      share: one.share,
      leads: one.leads,
      known: one.known,
      goals: one.goals,
      rate: share(one.goals, one.known),
      from: one.rate.from,
      to: one.rate.to,
      guards: one.guards,
      guardRate: share(one.guards, one.leads),
      guardFrom: one.guard.from,
      stopped: stopped.has(armScope(experiment, one.group)),
    })),
    pairs: pairs.map(({ first, second, ratio }) => ({
      experiment,
      first,
      second,
      ratio: rate(second) === 0 ? null : rate(first) / rate(second),
      from: ratio.from,
      to: upTo(ratio),
      differ: ratio.from > 1 || ratio.to < 1,
    })),
    winners:
      winner === undefined ? [] : [{ experiment, group: winner, file: edit?.file ?? null, change: edit?.diff ?? null }],
  };
}

export const experiments: Report = {
  name: 'experiments',
  title: 'Experiments',
  about:
    'What the groups of splits with a goal or a guard, and of holdouts, did so far. All intervals hold at all times together (at 95% for each experiment as a whole), so that looking at them every day, and stopping when they say something, is no error. A lead counts once, in the group it came into first; only leads whose time for the goal is over are compared. Take the period from before the experiment began: one that is chosen after looking is an error that no interval knows of.',
  days: 3_650,
  tables: [
    {
      id: 'groups',
      title: 'Groups',
      columns: {
        experiment: {
          unit: 'text',
          is: '`step:CADENCE/STEP` for a split, `cadence:CADENCE` for the holdout of a cadence, `programme` for that of all marketing.',
        },
        group: {
          unit: 'text',
          is: 'An arm, or `holdout`, of a split; `held-out` or `reached` of a holdout.',
        },
        share: { unit: 'share', is: 'Which share of the leads it is to have, by the newest weights.' },
        leads: { unit: 'count', is: 'Leads that came into the group.' },
        known: { unit: 'count', is: 'Leads whose time for the goal is over.' },
        goals: { unit: 'count', is: 'Of `known`, those that reached the goal in time.' },
        rate: { unit: 'share', is: '`goals` of `known`.' },
        from: { unit: 'share', is: 'The least the true rate may be.' },
        to: { unit: 'share', is: 'The most the true rate may be.' },
        guards: { unit: 'count', is: 'Of `leads`, those that did what the guard watches for.' },
        guardRate: { unit: 'share', is: '`guards` of `leads`.' },
        guardFrom: { unit: 'share', is: 'The least that rate may truly be: above the guard’s `atMost` the arm stops.' },
        stopped: { unit: 'flag', is: 'Whether the guard has stopped the arm.' },
      },
    },
    {
      id: 'pairs',
      title: 'Beside each other',
      columns: {
        experiment: { unit: 'text', is: 'As above.' },
        first: { unit: 'text', is: 'A group.' },
        second: { unit: 'text', is: 'Another one.' },
        ratio: { unit: 'number', is: 'How many times the rate of the second that of the first is.' },
        from: { unit: 'number', is: 'The least it may truly be.' },
        to: { unit: 'number', is: 'The most it may truly be; empty where nothing bounds it yet.' },
        differ: { unit: 'flag', is: 'Whether 1 lies outside: the two differ.' },
      },
    },
    {
      id: 'winners',
      title: 'Better than every other group',
      columns: {
        experiment: { unit: 'text', is: 'As above.' },
        group: { unit: 'text', is: 'The group that is better than every other one.' },
        file: { unit: 'text', is: 'The file of the playbook in force to change, where a split is to be taken out.' },
        change: {
          unit: 'block',
          is: 'The change that takes the winner, as a diff for `git apply`: review it, check it, apply the playbook. Nothing changes by itself.',
        },
      },
    },
  ],
  sources: { counted: COUNTED, stopped: STOPPED },
  fill: ({ counted = [], stopped = [] }, context) => {
    const scopes = new Set(stopped.map((row) => textIn(row, 'scope')));
    const all = [...Map.groupBy(counted, (row) => textIn(row, 'experiment'))].map(([experiment, rows]) =>
      rowsOf(experiment, rows.map(countIn), scopes, context),
    );
    return {
      groups: all.flatMap(({ groups }) => groups),
      pairs: all.flatMap(({ pairs }) => pairs),
      winners: all.flatMap(({ winners }) => winners),
    };
  },
};
