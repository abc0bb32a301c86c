/** Deals of the period with what they were worth then, and their sums by currency. */
import { numberIn, type Row, type Table, textIn } from './define.ts';
import { epoch, inPeriod } from './sql.ts';

/**
 * Each deal once, by what was known of it when the period ended: when it was first heard of and won, with
 * its amounts then. A win that another stage followed was none. `nth` breaks a tie of two changes at one instant.
 */
export const OPENED = `told as (
  select e.*, row_number() over (partition by e.deal_id order by e.at, e.nth) as place
  from deal_events e where e.at < :to
), corrected as (
  select deal_id, coalesce(max(place) filter (where stage <> 'won'), 0) as after from told group by deal_id
), opened as (
  select t.deal_id, min(t.at) as at,
    min(t.at) filter (where t.stage = 'won' and t.place > c.after) as won_at,
    min(t.place) filter (where t.stage = 'won' and t.place > c.after) as won_place
  from told t join corrected c on c.deal_id = t.deal_id
  group by t.deal_id
), mine as (
  select * from opened where (${inPeriod('at')}) or (${inPeriod('won_at')})
)`;

export const DEALS = `
with ${OPENED}, worth as (
  select m.deal_id, m.at, m.won_at, t.amount_cents, t.currency, t.place = 1 as is_first,
    coalesce(t.place = m.won_place, false) as is_win
  from mine m join told t on t.deal_id = m.deal_id
)
select deal_id as "deal", min(currency) filter (where is_first) as "currency", ${epoch('min(at)')} as "openedAt",
  cast(coalesce(sum(amount_cents) filter (where is_first and ${inPeriod('at')}), 0) as bigint) as "pipeline",
  cast(coalesce(sum(amount_cents) filter (where is_win and ${inPeriod('won_at')}), 0) as bigint)
    as "revenue",
  bool_or(${inPeriod('at')}) as "openedHere",
  coalesce(bool_or(${inPeriod('won_at')}), false) as "wonHere"
from worth
group by deal_id
order by deal_id
`;

const currenciesOf = (deals: readonly Row[]): string[] =>
  [...new Set(deals.map((deal) => textIn(deal, 'currency')))].sort();

/** Sum of a column in hundredths, of the deals in one currency. */
export const sumOf = (deals: readonly Row[], currency: string, column: string): number =>
  deals.reduce((all, deal) => all + (deal['currency'] === currency ? numberIn(deal, column) : 0), 0);

export const moneyTable: Table = {
  id: 'totals',
  title: 'Deals',
  columns: {
    currency: { unit: 'text', is: 'Currency of the deals; money of different currencies is never added.' },
    opened: { unit: 'count', is: 'Deals first heard of in the period.' },
    pipeline: {
      unit: 'money',
      is: 'The first amount of those deals: that of the change that happened first, also when it was told later.',
    },
    won: {
      unit: 'count',
      is: 'Deals won in the period, and not put into another stage again within it: a win that was corrected is none.',
    },
    revenue: { unit: 'money', is: 'The amount of those deals when they were won.' },
  },
};

/** One row a currency. */
export const moneyRows = (deals: readonly Row[]): Row[] =>
  currenciesOf(deals).map((currency) => {
    const mine = deals.filter((deal) => deal['currency'] === currency);
    return {
      currency,
      opened: mine.filter((deal) => deal['openedHere'] === true).length,
      pipeline: sumOf(deals, currency, 'pipeline') / 100,
      won: mine.filter((deal) => deal['wonHere'] === true).length,
      revenue: sumOf(deals, currency, 'revenue') / 100,
    };
  });

/** The currency that goals are counted in: the agreed one, else the only one there is; undefined when there are several. */
export function goalCurrency(deals: readonly Row[], agreed: string | undefined): string | undefined {
  const [only, ...others] = currenciesOf(deals);
  return agreed ?? (others.length === 0 ? only : undefined);
}
