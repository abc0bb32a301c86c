import { ATTRIBUTION_MODELS, type AttributionModel, attribute } from '../../core/attribution.ts';
import { minorStep } from '../../core/money.ts';
import { type Context, numberIn, type Report, type Row, share, textIn } from './define.ts';
import { DEALS, moneyRows, moneyTable, OPENED, sumOf } from './money.ts';
import { epoch } from './sql.ts';

const PEOPLE = `
with ${OPENED}, people as (
  select m.deal_id, m.at, d.lead_id from mine m join deal_leads d on d.deal_id = m.deal_id
)`;

/** Where the leads of these deals came from. */
const ORIGINS = `${PEOPLE}
select distinct l.id as "lead", l.source as "source", l.campaign as "campaign"
from people p join leads l on l.id = p.lead_id
`;

/** What came before these deals were opened: their leads coming in, and every email that was sent to them. */
const POINTS = `${PEOPLE}
select p.deal_id as "deal", ${epoch('l.created_at')} as "at", l.id as "lead", '' as "cadence", '' as "topic",
  'lead' as "kind", l.id as "nth"
from people p join leads l on l.id = p.lead_id
union all
select p.deal_id, ${epoch('t.ended_at')}, p.lead_id, t.cadence, coalesce(t.topic, ''), 'touch', t.id
from people p join touches t on t.lead_id = p.lead_id and t.state = 'sent' and t.ended_at <= p.at
union all
select p.deal_id, ${epoch('min(s.at)')}, '', '', '', 'turn', ''
from people p join milestones s on s.lead_id = p.lead_id and s.kind = 'label' and s.name = 'mql' and s.at <= p.at
group by p.deal_id
order by 1, 2, 7
`;

/** By which a deal's money is shared out: the first two over the leads' coming in and the emails, the others over the emails. */
const BY_LEADS = ['source', 'campaign'] as const;
const BY_EMAILS = ['cadence', 'topic'] as const;

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

/** A deal with what its money is shared out over, and what each of these points gets. */
interface Shared {
  readonly id: string;
  readonly currency: string;
  readonly path: readonly Row[];
  readonly pipeline: readonly number[];
  readonly revenue: readonly number[];
}

/** `leads`: whether their coming in is a point too. */
function shareDeal(deal: Row, all: readonly Row[], model: AttributionModel, leads: boolean): Shared {
  const turn = all.find((point) => point['kind'] === 'turn');
  const path = all.filter(({ kind }) => kind === 'touch' || (leads && kind === 'lead'));
  const currency = textIn(deal, 'currency');
  const given = {
    points: path.length === 0 ? [0] : path.map((point) => numberIn(point, 'at')),
    step: minorStep(currency),
    ...(turn ? { turnedAt: numberIn(turn, 'at') } : {}),
  };
  const share = (column: string): number[] => attribute(model, numberIn(deal, column), given);
  return { id: textIn(deal, 'deal'), currency, path, pipeline: share('pipeline'), revenue: share('revenue') };
}

/** `nameOf`: what of the dimension a point stands for. */
function credits(dimension: string, deals: readonly Shared[], nameOf: (point: Row | undefined) => string): Row[] {
  const found = new Map<string, Credit>();
  for (const { id, currency, path, pipeline, revenue } of deals) {
    pipeline.forEach((money, i) => {
      const name = nameOf(path[i]) || 'none';
      const key = `${currency} ${name}`;
      const credit = found.get(key) ?? { name, currency, pipeline: 0, revenue: 0, deals: new Set() };
      found.set(key, credit);
      const won = revenue[i] ?? 0;
      credit.pipeline += money;
      credit.revenue += won;
      if (money + won > 0) credit.deals.add(id);
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
    'What deals came from. `model` says how a deal’s money is shared out over what came before it was opened: `first`, `last`, `linear` (the default), `u` (40% to the first and the last each, the rest between), `w` (30% each to the first, the last and the one at which a lead of the deal became MQL, the rest between; without an MQL the middle). Whatever the model, the shares of a deal add up to its money, to the cent, and nobody gets parts of a yen.',
  days: 90,
  tables: [
    moneyTable,
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
  sources: { deals: DEALS, points: POINTS, origins: ORIGINS },
  fill: ({ deals = [], points = [], origins = [] }, context) => {
    const origin = new Map(origins.map((row) => [textIn(row, 'lead'), row]));
    const byDeal = Map.groupBy(points, (point) => textIn(point, 'deal'));
    const model = modelOf(context);
    const shared = (leads: boolean): Shared[] =>
      deals.map((deal) => shareDeal(deal, byDeal.get(textIn(deal, 'deal')) ?? [], model, leads));
    const all = shared(true);
    const emails = shared(false);
    const rows = [
      ...BY_LEADS.flatMap((dimension) =>
        credits(dimension, all, (point) => textIn(origin.get(textIn(point, 'lead')), dimension)),
      ),
      ...BY_EMAILS.flatMap((dimension) => credits(dimension, emails, (point) => textIn(point, dimension))),
    ];
    const of = (row: Row, column: string): number | null =>
      share(numberIn(row, column), sumOf(deals, textIn(row, 'currency'), column));
    return {
      totals: moneyRows(deals),
      credits: rows.map((row) => ({
        ...row,
        pipeline: numberIn(row, 'pipeline') / 100,
        revenue: numberIn(row, 'revenue') / 100,
        pipelineShare: of(row, 'pipeline'),
        revenueShare: of(row, 'revenue'),
      })),
    };
  },
};
