/** What alarms are about is counted from the store, by the names that the alarms have. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIGURES, NAMESPACE } from '../../../infra/figures.ts';
import { count, metricLine } from '../../../infra/functions/count.ts';
import { HOUR } from '../../../src/core/time.ts';
import { newId } from '../../../src/store/values.ts';
import { type TestDatabase, withDatabase } from '../../support/database.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
let store: TestDatabase;
beforeAll(async () => {
  store = await withDatabase();
});
afterAll(() => store.close());

describe('figures', () => {
  it('are all there, and nothing in an empty store', async () => {
    const figures = await count(store.database.db, NOW);
    expect(Object.keys(figures).sort()).toEqual(Object.keys(FIGURES).sort());
    expect(Object.values(figures).every((n) => n === 0)).toBe(true);
  });

  it('count a handoff that nobody answered in time until somebody does', async () => {
    const { db } = store.database;
    const lead = newId();
    const handoff = {
      handoff: 'hot',
      pool: 'rest',
      offered_at: new Date(NOW - 3 * HOUR),
      accept_by: new Date(NOW - HOUR),
    };
    await db
      .insertInto('handoffs')
      .values({ lead_id: lead, seq: 1, ...handoff })
      .execute();
    expect(await count(db, NOW)).toMatchObject({ 'slas-breached': 1 });
    expect(await count(db, NOW - 2 * HOUR)).toMatchObject({ 'slas-breached': 0 });
    await db
      .updateTable('handoffs')
      .set({ accepted_at: new Date(NOW) })
      .where('lead_id', '=', lead)
      .execute();
    expect(await count(db, NOW)).toMatchObject({ 'slas-breached': 0 });
  });

  it('are a line that CloudWatch reads as metrics of this deployment, with nothing else in it', async () => {
    const line: unknown = JSON.parse(metricLine('northwind', await count(store.database.db, NOW), NOW));
    expect(line).toMatchObject({
      Deployment: 'northwind',
      sweeps: 1,
      'leads-failing': 0,
      _aws: { Timestamp: NOW, CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [['Deployment']] }] },
    });
    expect(Object.keys(line ?? {})).toHaveLength(Object.keys(FIGURES).length + 3);
  });
});
