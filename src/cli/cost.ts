/** `volley cost`: what so many leads cost a month on AWS and Temporal Cloud. It asks no system. */
import { type Command, Option } from 'commander';
import { type Bill, billOf, type Load } from './cost/bill.ts';
import { FIGURES } from './cost/figures.ts';
import { PRICES_AS_OF, type Prices, readPrices } from './cost/prices.ts';
import { colour, note, print, printJson, table } from './terminal.ts';
import { integer } from './use.ts';

interface Options {
  readonly leads?: number;
  readonly days: number;
  readonly emails?: number;
  readonly kept: number;
  readonly worker: 'lambda' | 'fargate';
  readonly arch: 'arm64' | 'x64';
  readonly prices?: string;
  readonly json?: true;
}

/** Shown without `--leads`. */
const SIZES = [1_000, 100_000, 1_000_000];

export function addCost(program: Command): void {
  program
    .command('cost')
    .description('what leads cost on AWS and Temporal Cloud, from measured figures and list prices')
    .option(
      '--leads <n>',
      'in play at any moment (default: 1,000, 100,000 and 1,000,000 side by side)',
      integer(1, 100_000_000),
    )
    .option('--days <n>', 'for how long', integer(1, 3_650), 30)
    .option('--emails <n>', 'a lead and 30 days (default: as the example playbook sends)', integer(0, 1_000))
    .option('--kept <n>', 'days of history in the store', integer(1, 3_650), 365)
    .addOption(new Option('--worker <kind>', 'who works').choices(['lambda', 'fargate']).default('lambda'))
    .addOption(new Option('--arch <arch>', 'processors of the functions').choices(['arm64', 'x64']).default('arm64'))
    .option('--prices <file>', 'YAML: prices in place of the list prices, NAME: AMOUNT in US dollars')
    .option('--json', 'print figures, prices and bills')
    .action(async ({ leads, prices: file, json, emails, ...how }: Options) => {
      const prices = await readPrices(file);
      const loads = (leads === undefined ? SIZES : [leads]).map(
        (n): Load => ({ ...how, leads: n, ...(emails === undefined ? {} : { emails }) }),
      );
      const bills = loads.map((load) => ({ load, bill: billOf(load, FIGURES, prices) }));
      if (json) return printJson(documentOf(bills, prices));
      show(bills, how.days);
    });
}

type Bills = readonly { readonly load: Load; readonly bill: Bill }[];

const documentOf = (bills: Bills, prices: Prices) => ({
  currency: 'USD',
  pricesAsOf: PRICES_AS_OF,
  bills: bills.map(({ load, bill }) => ({ ...load, ...bill })),
  prices,
  figures: FIGURES,
});

const dollars = (usd: number): string =>
  usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function show(bills: Bills, days: number): void {
  const first = bills[0]?.bill.lines ?? [];
  const rows = first.map(({ part, what, assumed }, n) => {
    // The number of containers differs by size.
    const name = bills.length > 1 ? what.replace(/^\d+ containers/, 'containers') : what;
    return [
      part === first[n - 1]?.part ? '' : part,
      assumed ? `${name} *` : name,
      ...bills.map(({ bill }) => dollars(bill.lines[n]?.usd ?? 0)),
    ];
  });
  const total = ['', colour.bold('all'), ...bills.map(({ bill }) => colour.bold(dollars(bill.usd)))];
  const each = ['', 'a lead', ...bills.map(({ bill }) => bill.usdPerLead.toFixed(4))];
  const mails = ['', 'emails', ...bills.map(({ bill }) => Math.round(bill.volumes.emails).toLocaleString('en-US'))];
  const head = [
    `US dollars, ${days} days`,
    '',
    ...bills.map(({ load }) => `${load.leads.toLocaleString('en-US')} leads`),
  ];
  print(table(head, [...rows, total, each, mails], [false, false, ...bills.map(() => true)]));
  const { measured } = FIGURES;
  note(`Figures measured ${measured.on} (${measured.machine}); list prices of ${PRICES_AS_OF}, without free tiers.`);
  note('* rests on an assumption that only the service itself can show: docs/operations.md, "What it costs".');
}
