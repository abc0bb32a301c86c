/** What alarms are about: findings of the report on health over the last hour, and handoffs nobody has answered in time. */
import type { Instant } from '../../src/core/time.ts';
import { HOUR } from '../../src/core/time.ts';
import type { Db } from '../../src/store/db.ts';
import { numberIn } from '../../src/store/reports/define.ts';
import { REPORTS, runReport } from '../../src/store/reports/index.ts';
import { at } from '../../src/store/values.ts';
import { FIGURES, type FigureName, NAMESPACE, PULSE } from '../figures.ts';

export type Figures = Readonly<Record<FigureName, number>>;

const isFigure = (name: string): name is FigureName => Object.hasOwn(FIGURES, name);

export async function count(db: Db, now: Instant): Promise<Figures> {
  const filled = await runReport(db, REPORTS.health, {
    from: new Date(now - HOUR),
    to: new Date(now),
    now: new Date(now),
    stages: [],
    won: '',
    // No alarm is about a warm-up.
    warming: [],
    goals: undefined,
    model: undefined,
  });
  const found: Partial<Record<FigureName, number>> = { 'slas-breached': await breached(db, now) };
  for (const row of filled.tables['findings'] ?? []) {
    const name = String(row['finding']);
    if (isFigure(name)) found[name] = numberIn(row, 'n');
  }
  return Object.fromEntries(
    Object.keys(FIGURES).map((name) => [name, isFigure(name) ? (found[name] ?? 0) : 0]),
  ) as Figures;
}

async function breached(db: Db, now: Instant): Promise<number> {
  const row = await db
    .selectFrom('handoffs')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('accepted_at', 'is', null)
    .where('ended', 'is', null)
    .where('accept_by', '<', at(now))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** A log line that CloudWatch reads as metrics (embedded metric format): figures and the deployment, no more. */
export function metricLine(deployment: string, figures: Figures, realNow: number): string {
  const values = { ...figures, [PULSE]: 1 };
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: 'Count' }));
  return JSON.stringify({
    _aws: {
      Timestamp: realNow,
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [['Deployment']], Metrics }],
    },
    Deployment: deployment,
    ...values,
  });
}
