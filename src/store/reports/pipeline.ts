import { ATTRIBUTION_MODELS, type AttributionModel, attribute } from '../../core/attribution.ts';
import { type Context, numberIn, type Report, type Row, share, textIn } from './define.ts';

/** Deals opened or won in the period, with what they were worth then. */
const DEALS = `
with ordered as (
  select deal_id, at, stage, amount_cents, currency,
    row_number() over (partition by deal_id order by at, nth) as nth,
    row_number() over (partition by deal_id, stage order by at, nth) as of_stage
  from deal_events
), opened as (
  select deal_id, at, amount_cents, currency from ordered where nth = 1
), closed as (
  select deal_id, at, amount_cents from ordered where stage = 'won' and of_stage = 1
)
select o.deal_id as "deal", o.currency as "currency",
  cast(extract(epoch from o.at) as double precision) * 1000 as "openedAt",
  case when o.at >= :from and o.at < :to then o.amount_cents else 0 end as "pipeline",
  case when c.at >= :from and c.at < :to then c.amount_cents else 0 end as "revenue",
  coalesce(c.at >= :from and c.at < :to, false) as "wonHere"
from opened o left join closed c on c.deal_id = o.deal_id
where (o.at >= :from and o.at < :to) or (c.at >= :from and c.at < :to)
order by o.deal_id
`;

/** What came before these deals were opened: their leads coming in, and every email that was sent to them. */
const POINTS = `
with opened as (
  select deal_id, min(at) as at,
    min(at) filter (where stage = 'won') as won_at
  from deal_events group by deal_id
), mine as (
  select o.deal_id, o.at, d.lead_id
  from opened o join deal_leads d on d.deal_id = o.deal_id
  where (o.at >= :from and o.at < :to) or (o.won_at >= :from and o.won_at < :to)
)
select m.deal_id as "deal", cast(extract(epoch from l.created_at) as double precision) * 1000 as "at",
  l.source as "source", l.campaign as "campaign", '' as "cadence", '' as "topic", 'lead' as "kind", l.id as "nth"
from mine m join leads l on l.id = m.lead_id
union all
select m.deal_id, cast(extract(epoch from t.ended_at) as double precision) * 1000,
  l.source, l.campaign, t.cadence, coalesce(t.topic, ''), 'touch', t.id
from mine m
  join leads l on l.id = m.lead_id
  join touches t on t.lead_id = m.lead_id and t.state = 'sent' and t.ended_at <= m.at
union all
select m.deal_id, cast(extract(epoch from min(s.at)) as double precision) * 1000, '', '', '', '', 'turn', ''
from mine m join milestones s on s.lead_id = m.lead_id and s.kind = 'label' and s.name = 'mql' and s.at <= m.at
group by m.deal_id
order by 1, 2, 8
`;

/** By which a deal's money is shared out; cadence and topic by the emails alone, when there were any. */
const DIMENSIONS = ['source', 'campaign', 'cadence', 'topic'] as const;

interface Credit {
  readonly name: string;
  readonly currency: string;
  pipeline: number;
  revenue: number;
  readonly deals: Set<string>;
}

function modelOf({ model }: Context): AttributionModel {
  return ATTRIBUTION_MODELS.find((one) => one === model) ?? 'linear';
}

function credits(
  dimension: string,
  deals: readonly Row[],
  points: ReadonlyMap<string, readonly Row[]>,
  model: AttributionModel,
): Row[] {
  const found = new Map<string, Credit>();
  for (const deal of deals) {
    const id = textIn(deal, 'deal');
    const all = points.get(id) ?? [];
    const turn = all.find((point) => point['kind'] === 'turn');
    const path = all.filter(
      (point) =>
        point['kind'] === 'touch' || (point['kind'] === 'lead' && dimension !== 'cadence' && dimension !== 'topic'),
    );
    const names = path.length === 0 ? ['none'] : path.map((point) => textIn(point, dimension) || 'none');
    const at = path.length === 0 ? [0] : path.map((point) => numberIn(point, 'at'));
    const turnedAt = turn && numberIn(turn, 'at');
    const pipeline = attribute(model, numberIn(deal, 'pipeline'), at, turnedAt);
    const revenue = attribute(model, numberIn(deal, 'revenue'), at, turnedAt);
    names.forEach((name, i) => {
      const currency = textIn(deal, 'currency');
      const key = JSON.stringify([currency, name]);
      const credit = found.get(key) ?? { name, currency, pipeline: 0, revenue: 0, deals: new Set() };
      found.set(key, credit);
      credit.pipeline += pipeline[i] ?? 0;
      credit.revenue += revenue[i] ?? 0;
      if ((pipeline[i] ?? 0) + (revenue[i] ?? 0) > 0) credit.deals.add(id);
    });
  }
  return [...found.values()]
    .map((credit) => ({ dimension, ...credit, deals: credit.deals.size }))
    .filter((row) => row.deals > 0)
    .sort(
      (a, b) =>
        (a.currency < b.currency ? -1 : a.currency > b.currency ? 1 : 0) ||
        b.pipeline - a.pipeline ||
        b.revenue - a.revenue ||
        (a.name < b.name ? -1 : 1),
    );
}

export const pipeline: Report = {
  name: 'pipeline',
  title: 'Pipeline',
  about:
    'What deals came from. `model` says how a deal’s money is shared out over what came before it was opened: `first`, `last`, `linear` (the default), `u` (40% to the first and the last each, the rest between), `w` (30% each to the first, the last and the one at which a lead of the deal became MQL, the rest between; without an MQL the middle). Whatever the model, the shares of a deal add up to its money, to the cent.',
  days: 90,
  tables: [
    {
      id: 'totals',
      title: 'Deals',
      columns: {
        currency: { unit: 'text', is: 'Currency of the deals; money of different currencies is never added.' },
        opened: { unit: 'count', is: 'Deals first heard of in the period.' },
        pipeline: { unit: 'money', is: 'The first amount of those deals.' },
        won: { unit: 'count', is: 'Deals won in the period.' },
        revenue: { unit: 'money', is: 'The amount of those deals when they were won.' },
      },
    },
    {
      id: 'credits',
      title: 'Where it came from',
      columns: {
        dimension: {
          unit: 'text',
          is: 'By what the money is shared out: `source` and `campaign` of the leads at each point, `cadence` and `topic` of the emails; the points are the leads’ coming in (for source and campaign only) and the emails sent to them before the deal was opened.',
        },
        name: { unit: 'text', is: 'The source, campaign, cadence or topic; `none` where there is none.' },
        currency: { unit: 'text', is: 'Currency of the money.' },
        deals: { unit: 'count', is: 'Deals it has a share of.' },
        pipeline: { unit: 'money', is: 'Its share of the pipeline.' },
        revenue: { unit: 'money', is: 'Its share of the revenue.' },
        pipelineShare: { unit: 'share', is: '`pipeline` of all pipeline in this currency.' },
        revenueShare: { unit: 'share', is: '`revenue` of all revenue in this currency.' },
      },
    },
  ],
  sources: { deals: DEALS, points: POINTS },
  fill: ({ deals = [], points = [] }, context) => {
    const byDeal = Map.groupBy(points, (point) => textIn(point, 'deal'));
    const currencies = [...new Set(deals.map((deal) => textIn(deal, 'currency')))].sort();
    const sum = (currency: string, column: string): number =>
      deals.filter((deal) => deal['currency'] === currency).reduce((all, deal) => all + numberIn(deal, column), 0);
    return {
      totals: currencies.map((currency) => {
        const mine = deals.filter((deal) => deal['currency'] === currency);
        return {
          currency,
          opened: mine.filter(
            (deal) =>
              numberIn(deal, 'openedAt') >= context.from.getTime() && numberIn(deal, 'openedAt') < context.to.getTime(),
          ).length,
          pipeline: sum(currency, 'pipeline') / 100,
          won: mine.filter((deal) => deal['wonHere'] === true).length,
          revenue: sum(currency, 'revenue') / 100,
        };
      }),
      credits: DIMENSIONS.flatMap((dimension) => credits(dimension, deals, byDeal, modelOf(context))).map((row) => ({
        ...row,
        pipeline: numberIn(row, 'pipeline') / 100,
        revenue: numberIn(row, 'revenue') / 100,
        pipelineShare: share(numberIn(row, 'pipeline'), sum(textIn(row, 'currency'), 'pipeline')),
        revenueShare: share(numberIn(row, 'revenue'), sum(textIn(row, 'currency'), 'revenue')),
      })),
    };
  },
};
