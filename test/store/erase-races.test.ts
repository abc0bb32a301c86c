/** Erasing a person while others have them in hand. Races need a server with several connections. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoSuchLead, requestErasure, traceFor } from '../../src/store/erase.ts';
import { eraseRows } from '../../src/store/erase-rows.ts';
import { createNameKey } from '../../src/store/erased-names.ts';
import { putInputs } from '../../src/store/inbox.ts';
import { getLead, upsertLeads } from '../../src/store/leads.ts';
import { mergeLead } from '../../src/store/merge-leads.ts';
import type { Db } from '../../src/store/schema.ts';
import { transact } from '../../src/store/tx.ts';
import { playbook } from '../core/support/playbook.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import { createLead, lead, NOW } from './fixtures.ts';

let store: TestDatabase;
let db: Db;
beforeAll(async () => {
  store = await withDatabase('postgres');
  db = store.database.db;
});
afterAll(() => store.close());

const names = createNameKey('a secret of at least thirty-two characters');
const current = playbook({ cadences: {} });
const frame = { playbooks: { current, get: () => current }, now: NOW, by: 'test' };

const request = (id: string) => transact(db, (tx) => requestErasure(tx, id, { by: 'test', now: NOW, names }));
const merge = (from: string, into: string) => transact(db, (tx) => mergeLead(tx, from, into, frame));
const rows = async (id: string): Promise<void> => {
  const trace = await traceFor(db, id);
  if (trace !== null) await eraseRows(db, trace, NOW);
};
const leadIds = async (email: string): Promise<number> => {
  const found = await sql<{ n: string }>`select count(*) as n from leads where email_normal = ${email}`.execute(db);
  return Number(found.rows[0]?.n);
};
const ROUNDS = Array.from({ length: 12 }, (_, n) => n);

describe('an erasure', () => {
  it('asked for twenty times at once is one', async () => {
    const id = await createLead(db, { email: 'ada@twice.example' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => request(id)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it.each(ROUNDS)('beside an import of the same address leaves no lead (%i)', async (n) => {
    const email = `ada-${n}@import.example`;
    const id = await createLead(db, { email });
    const page = [lead({ email, title: 'CTO' }), lead({ email: `bob-${n}@import.example` })];
    const [outcomes] = await Promise.all([
      transact(db, (tx) => upsertLeads(tx, page, NOW, 'import', names)),
      request(id),
    ]);
    expect(['updated', 'erased']).toContain(outcomes[0]?.outcome);
    expect(outcomes[1]?.outcome).toBe('created');
    await rows(id);
    expect(await leadIds(email)).toBe(0);
    expect(await leadIds(`bob-${n}@import.example`)).toBe(1);
    const left = await sql`select lead_id from lead_states where lead_id = ${id}
      union all select lead_id from consents where lead_id = ${id}
      union all select lead_id from inbox where lead_id = ${id}`.execute(db);
    expect(left.rows).toEqual([]);
    const again = await transact(db, (tx) => upsertLeads(tx, page, NOW, 'import', names));
    expect(again[0]?.outcome).toBe('erased');
  });

  it.each(ROUNDS)('of a lead that is merged at that moment erases it, or the merge was first (%i)', async (n) => {
    const from = await createLead(db, { email: `from-${n}@merge.example` });
    const into = await createLead(db, { email: `into-${n}@merge.example` });
    const [merged, erased] = await Promise.allSettled([merge(from, into), request(from)]);
    expect([merged.status, erased.status].sort()).toEqual(['fulfilled', 'rejected']);
    if (erased.status === 'rejected') expect(erased.reason).toBeInstanceOf(NoSuchLead);
    expect(await getLead(db, from)).toBeNull();
    expect(await getLead(db, into)).not.toBeNull();
  });

  it.each(ROUNDS)('of the survivor takes both, or leaves the other as it was (%i)', async (n) => {
    const from = await createLead(db, { email: `from-${n}@survivor.example` });
    const into = await createLead(db, { email: `into-${n}@survivor.example` });
    const [merged] = await Promise.allSettled([merge(from, into), request(into)]);
    expect(await getLead(db, into)).toBeNull();
    expect((await getLead(db, from)) === null).toBe(merged.status === 'fulfilled');
  });

  it('beside twenty signals deletes those that were there', async () => {
    const id = await createLead(db, { email: 'ada@signals.example' });
    const body = { kind: 'signal', type: 'page.pricing', human: true } as const;
    const put = () => transact(db, (tx) => putInputs(tx, [{ leadId: id, at: NOW, body }], NOW));
    await Promise.all([...Array.from({ length: 20 }, put), request(id)]);
    await rows(id);
    const left = await sql`select id from inbox where lead_id = ${id}`.execute(db);
    expect(left.rows).toEqual([]);
  });
});
