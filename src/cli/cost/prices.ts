/**
 * What things cost, in US dollars: list prices of one region, each with the page it was read from. A file given with
 * `--prices` replaces any of them; nothing is discounted, and free tiers are left out.
 */
import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { VolleyError } from '../../core/errors.ts';
import { requireFile } from '../use.ts';

const MOST = 1_000_000;

export interface Price {
  readonly usd: number;
  /** Per what, e.g. `million actions`. */
  readonly per: string;
  readonly source: string;
}

/** When the sources were read; AWS's are those of us-east-1. */
export const PRICES_AS_OF = '2026-11-24';

const TEMPORAL = 'https://docs.temporal.io/cloud/pricing';
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const DSQL = 'https://aws.amazon.com/rds/aurora/dsql/pricing/';
const WATCH = 'https://aws.amazon.com/cloudwatch/pricing/';

export const PRICES = {
  temporalActions: { usd: 50, per: 'million actions', source: TEMPORAL },
  temporalActive: { usd: 0.042, per: 'GB-hour of open workflows', source: TEMPORAL },
  temporalRetained: { usd: 0.00105, per: 'GB-hour of closed workflows', source: TEMPORAL },
  /** Developer plan: a share of what is used, and no base fee. */
  temporalSupport: { usd: 0.1, per: 'dollar spent on Temporal', source: TEMPORAL },
  sesMessages: { usd: 0.1, per: 'thousand messages, in and out', source: 'https://aws.amazon.com/ses/pricing/' },
  lambdaRequests: { usd: 0.2, per: 'million invocations', source: LAMBDA },
  lambdaArm64: { usd: 0.0000133334, per: 'GB-second on arm64', source: LAMBDA },
  lambdaX64: { usd: 0.0000166667, per: 'GB-second on x64', source: LAMBDA },
  fargateVcpu: { usd: 0.03238, per: 'vCPU-hour on arm64', source: 'https://aws.amazon.com/fargate/pricing/' },
  fargateGb: { usd: 0.00356, per: 'GB-hour on arm64', source: 'https://aws.amazon.com/fargate/pricing/' },
  /** What of Fargate's price spare capacity costs; it varies by hour. */
  fargateSpot: { usd: 0.35, per: 'dollar of Fargate', source: 'https://aws.amazon.com/fargate/pricing/' },
  apiCalls: { usd: 1, per: 'million calls', source: 'https://aws.amazon.com/api-gateway/pricing/' },
  dsqlDpu: { usd: 8, per: 'million DPU', source: DSQL },
  dsqlStorage: { usd: 0.33, per: 'GB-month', source: DSQL },
  queueRequests: { usd: 0.4, per: 'million requests', source: 'https://aws.amazon.com/sqs/pricing/' },
  logs: { usd: 0.5, per: 'GB written', source: WATCH },
  alarms: { usd: 0.1, per: 'alarm and month', source: WATCH },
  metrics: { usd: 0.3, per: 'metric of one’s own and month', source: WATCH },
  dashboards: { usd: 3, per: 'dashboard and month', source: WATCH },
  secrets: { usd: 0.4, per: 'secret and month', source: 'https://aws.amazon.com/secrets-manager/pricing/' },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;
export type Prices = Readonly<Record<PriceName, Price>>;

const isPrice = (name: string): name is PriceName => Object.hasOwn(PRICES, name);
const amount = z
  .number('must be an amount in US dollars')
  .min(0, 'must not be negative')
  .max(MOST, `must be at most ${MOST}`);
const fileSchema = z.record(
  z.string().refine(isPrice, `is no price; there are ${Object.keys(PRICES).join(', ')}`),
  z.union([amount, z.strictObject({ usd: amount, source: z.string().min(1) })]),
);

/** The prices, with those of a file in place of ours. @throws VolleyError `wrong-use` that names every mistake */
export async function readPrices(file: string | undefined): Promise<Prices> {
  if (file === undefined) return PRICES;
  await requireFile(file);
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, 'utf8'), { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined)
    throw wrong([`line ${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]}`]);
  const parsed = fileSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    throw wrong(
      parsed.error.issues.map(({ path, message }) => {
        const node = document.getIn(path, true);
        const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
        const start = Array.isArray(range) ? Number(range[0]) : 0;
        return `line ${lines.linePos(start).line}: ${path.join('.') || '(all)'} ${message}`;
      }),
    );
  }
  const given: Partial<Record<PriceName, Price>> = {};
  for (const [name, value] of Object.entries(parsed.data)) {
    if (!isPrice(name)) continue;
    const { usd, source } = typeof value === 'number' ? { usd: value, source: file } : value;
    given[name] = { usd, per: PRICES[name].per, source };
  }
  return { ...PRICES, ...given };

  function wrong(mistakes: readonly string[]): VolleyError {
    return new VolleyError('wrong-use', `${file} is wrong:\n${mistakes.map((one) => `  ${one}`).join('\n')}`, {
      fix: 'Write NAME: AMOUNT in US dollars, one a line; `volley cost --json` lists the names.',
    });
  }
}
