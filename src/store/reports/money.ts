/** Deals of the period with what they were worth then, and their sums by currency. */
import { numberIn, type Row, type Table, textIn } from './define.ts';
import { epoch, inPeriod } from './sql.ts';

/**
 * Each deal once: when it was first heard of and won, with its amounts then. `nth` breaks a tie of
 * two changes at one instant.
 */
export const OPENED = `opened as (
  select deal_id, min(at) as at, min(at) filter (where stage = 'won') as won_at
  from deal_events group by deal_id
), mine as (
  select * from opened where (${inPeriod('at')}) or (${inPeriod('won_at')})
)`;

export const DEALS = `
with ${OPENED}, worth as (
  select m.deal_id, m.at, m.won_at, e.amount_cents, e.currency,
    row_number() over (partition by m.deal_id order by e.at, e.nth) as nth,
    e.stage = 'won' and e.at = m.won_at as is_win,
    row_number() over (partition by m.deal_id, e.stage order by e.at, e.nth) as of_stage
  from mine m join deal_events e on e.deal_id = m.deal_id
)
select deal_id as "deal", min(currency) filter (where nth = 1) as "currency", ${epoch('min(at)')} as "openedAt",
  cast(coalesce(sum(amount_cents) filter (where nth = 1 and ${inPeriod('at')}), 0) as bigint) as "pipeline",
  cast(coalesce(sum(amount_cents) filter (where is_win and of_stage = 1 and ${inPeriod('won_at')}), 0) as bigint)
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
    pipeline: { unit: 'money', is: 'The first amount of those deals.' },
    won: { unit: 'count', is: 'Deals won in the period.' },
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
