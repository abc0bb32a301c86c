/** What reports read, made from journals that are older than it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backfill } from '../../src/store/backfill.ts';
import { readMeta } from '../../src/store/meta.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import { fill, simulated } from '../support/report-world.ts';

const START = Date.UTC(2026, 8, 7);
const COUNT = 250;

let store: TestDatabase;
beforeAll(async () => {
  store = await withDatabase();
  const { playbook, leads } = await simulated(COUNT, START);
  await fill(store.database.db, playbook, leads);
}, 120_000);
afterAll(() => store.close());

async function facts() {
  const { db } = store.database;
  return {
    milestones: await db.selectFrom('milestones').selectAll().orderBy('lead_id').orderBy('seq').execute(),
    handoffs: await db.selectFrom('handoffs').selectAll().orderBy('lead_id').orderBy('seq').execute(),
    touches: await db
      .selectFrom('touches')
      .select(['id', 'stage', 'next_stage'])
      .where('purpose', '=', 'marketing')
      .orderBy('id')
      .execute(),
  };
}

it('comes to the same as the commits did, goes on after a crash, and runs once', async () => {
  const { db } = store.database;
  const written = await facts();
  expect(written.handoffs.length).toBeGreaterThan(20);
  expect(written.touches.filter((touch) => touch.next_stage !== null).length).toBeGreaterThan(20);
  await db.deleteFrom('milestones').execute();
  await db.deleteFrom('handoffs').execute();
  await db.updateTable('touches').set({ stage: null, next_stage: null }).execute();
  await db.updateTable('leads').set({ domain: 'acme.example', company: 'Acme' }).where('id', 'like', '0.1%').execute();

  const crash = new Error('the process ends');
  const pages: number[] = [];
  await expect(
    backfill(db, (done) => {
      pages.push(done);
      throw crash;
    }),
  ).rejects.toBe(crash);
  expect(pages).toEqual([200]);
  await backfill(db);
  expect(await facts()).toEqual(written);
  const accounts = await db.selectFrom('accounts').select(['domain', 'name']).execute();
  expect(accounts).toEqual([{ domain: 'acme.example', name: 'Acme' }]);

  await db.deleteFrom('handoffs').execute();
  expect(await backfill(db)).toBe(0);
  expect(await db.selectFrom('handoffs').selectAll().execute()).toEqual([]);
  expect(await readMeta(db, 'facts')).not.toBeNull();
});
