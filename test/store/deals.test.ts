/** Deals and the people of their account, written at once on a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountIdOf } from '../../src/core/account.ts';
import { ensureAccounts, leadsOfAccount } from '../../src/store/accounts.ts';
import { dealEvents, getDeal, upsertDeal } from '../../src/store/deals.ts';
import { upsertLead } from '../../src/store/leads.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import { lead, NOW } from './fixtures.ts';

const DOMAIN = 'acme.example';
const accountId = accountIdOf(DOMAIN) ?? '';

let store: TestDatabase;
beforeEach(async () => {
  store = await withDatabase('postgres');
});
afterEach(() => store.close());

const tell = (n: number) =>
  transact(store.database.db, async (tx) => {
    await ensureAccounts(tx, [{ domain: DOMAIN, name: '' }], NOW);
    const change = { accountId, amountCents: 100 * n, currency: 'EUR', stage: `stage-${n}`, at: NOW + n, by: 'crm' };
    return upsertDeal(tx, { id: 'crm-1', ...change }, NOW);
  });

describe('20 at once', () => {
  it('changes of one deal: the newest by when it happened counts, and every one is in its history', async () => {
    const { db } = store.database;
    const told = Array.from({ length: 20 }, (_, n) => n).sort(() => Math.random() - 0.5);
    await Promise.all(told.map(tell));
    expect(await getDeal(db, 'crm-1')).toMatchObject({ stage: 'stage-19', amountCents: 1_900 });
    expect((await dealEvents(db, 'crm-1')).map((event) => event.stage)).toEqual(
      Array.from({ length: 20 }, (_, n) => `stage-${n}`),
    );
  });

  it('people of an account and a deal of it: everybody is of the deal, whoever was first', async () => {
    const { db } = store.database;
    await Promise.all([
      ...Array.from({ length: 19 }, (_, n) =>
        transact(db, (tx) => upsertLead(tx, lead({ email: `person-${n}@${DOMAIN}` }), NOW)),
      ),
      tell(1),
    ]);
    const people = await leadsOfAccount(db, accountId);
    expect(people).toHaveLength(19);
    expect((await getDeal(db, 'crm-1'))?.leadIds).toEqual(people);
    expect(await db.selectFrom('accounts').selectAll().execute()).toHaveLength(1);
  });
});
