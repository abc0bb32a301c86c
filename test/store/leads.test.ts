import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import {
  countLeads,
  findLead,
  findLeadIds,
  getLead,
  listLeads,
  upsertLead,
  upsertLeads,
} from '../../src/store/leads.ts';
import { peekLead } from '../../src/store/states.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';
import { commit, createLead, enrollment, lead, NOW, state } from './fixtures.ts';

describe.each(testDatabases)('leads on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
  });
  afterAll(() => store.close());

  const upsert = (...leads: ReturnType<typeof lead>[]) => transact(db, (tx) => upsertLeads(tx, leads, NOW));
  const guard = async (id: string) =>
    (await db.selectFrom('lead_states').select('guard').where('lead_id', '=', id).executeTakeFirstOrThrow()).guard;

  it('creates, leaves alone, updates', async () => {
    const first = lead({ email: 'one@acme.example', title: 'CFO', attributes: { plan: 'free', size: '9' } });
    const { id, outcome } = await transact(db, (tx) => upsertLead(tx, first, NOW));
    expect(outcome).toBe('created');
    expect(await upsert(first)).toEqual([{ id, outcome: 'unchanged' }]);
    expect(await guard(id)).toBe(0);
    const changed = lead({ email: 'One@Acme.example', title: 'CEO', attributes: { plan: 'pro', size: '' } });
    expect(await upsert(changed)).toEqual([{ id, outcome: 'updated' }]);
    expect(await guard(id)).toBe(1);
    expect(await getLead(db, id)).toMatchObject({
      id,
      key: first.key,
      stage: null,
      custody: 'nobody',
      seq: 0,
      externalId: null,
    });
    expect((await getLead(db, id))?.fields).toMatchObject({
      email: 'one@acme.example',
      title: 'CEO',
      attributes: { plan: 'pro', size: '9' },
    });
    expect((await peekLead(db, id))?.inputs).toHaveLength(2);
  });

  it('never lets a blank field erase what is there', async () => {
    const id = await createLead(db, {
      email: 'blank@acme.example',
      title: 'CFO',
      country: 'GB',
      externalId: 'b1',
      company: 'Acme',
    });
    expect(await upsert(lead({ email: 'blank@acme.example', firstName: '', lastName: '' }))).toEqual([
      { id, outcome: 'unchanged' },
    ]);
    expect(await getLead(db, id)).toMatchObject({
      externalId: 'b1',
      fields: { title: 'CFO', country: 'GB', company: 'Acme', firstName: 'Ada' },
    });
  });

  it('follows the external id to a new address, keeping the key', async () => {
    const first = lead({ email: 'before@acme.example', externalId: 'x1' });
    const { id } = await transact(db, (tx) => upsertLead(tx, first, NOW));
    expect(await upsert(lead({ email: 'after@gmail.com', externalId: 'x1' }))).toEqual([{ id, outcome: 'updated' }]);
    expect(await getLead(db, id)).toMatchObject({
      key: first.key,
      fields: { email: 'after@gmail.com', freemail: true },
    });
    // Whoever writes by the old address reaches the person.
    expect(await findLead(db, { email: 'before@acme.example' })).toMatchObject({ id });
  });

  it('refuses an external id and an address of two leads, alone and within a page', async () => {
    const a = await createLead(db, { email: 'a@clash.example', externalId: 'ca' });
    await createLead(db, { email: 'b@clash.example', externalId: 'cb' });
    const clash = lead({ email: 'b@clash.example', externalId: 'ca' });
    await expect(transact(db, (tx) => upsertLead(tx, clash, NOW))).rejects.toMatchObject({ code: 'identity-clash' });
    const unknown = lead({ email: 'b@clash.example', externalId: 'new' });
    const fine = lead({ email: 'a@clash.example', title: 'CTO' });
    expect(await upsert(unknown, fine, clash)).toMatchObject([
      { outcome: 'clash' },
      { id: a, outcome: 'updated' },
      { outcome: 'clash' },
    ]);
  });

  it('gives a lead without external id the one that comes with its address', async () => {
    const id = await createLead(db, { email: 'late-id@acme.example' });
    expect(await upsert(lead({ email: 'late-id@acme.example', externalId: 'late' }))).toEqual([
      { id, outcome: 'updated' },
    ]);
    expect((await getLead(db, id))?.externalId).toBe('late');
  });

  it('merges rows of one lead within a page in their order', async () => {
    const rows = [
      lead({ email: 'twice@acme.example', title: 'CFO' }),
      lead({ email: 'twice@acme.example', title: 'CEO', externalId: 'tw' }),
      lead({ email: 'twice@acme.example' }),
      lead({ email: 'thrice@acme.example', externalId: 'tw' }),
    ];
    const outcomes = await upsert(...rows);
    expect(outcomes.map((row) => row.outcome)).toEqual(['created', 'updated', 'unchanged', 'updated']);
    const found = await findLead(db, { email: 'thrice@acme.example' });
    expect(found?.fields.title).toBe('CEO');
    expect((await peekLead(db, found?.id ?? ''))?.inputs).toHaveLength(1);
  });

  it('lets an address go from one lead to another within a page', async () => {
    const [a, b] = [
      await createLead(db, { email: 'm0@move.example', externalId: 'm-a' }),
      await createLead(db, { email: 'm1@move.example', externalId: 'm-b' }),
    ];
    const moved = await upsert(
      lead({ email: 'm2@move.example', externalId: 'm-b' }),
      lead({ email: 'm1@move.example', externalId: 'm-a' }),
      lead({ email: 'm0@move.example', externalId: 'm-c' }),
    );
    expect(moved).toMatchObject([{ id: b, outcome: 'updated' }, { id: a, outcome: 'updated' }, { outcome: 'created' }]);
    expect((await findLead(db, { email: 'm1@move.example' }))?.id).toBe(a);
  });

  it('keeps each consent once and takes a new one for a change', async () => {
    const consent = { purpose: 'sales' as const, basis: 'consent', source: 'form', at: '2026-02-01' };
    const given = { email: 'consent@acme.example', consent: [consent] };
    const id = await createLead(db, given);
    expect(await upsert(lead(given))).toEqual([{ id, outcome: 'unchanged' }]);
    const later = { ...consent, at: '2026-03-01', expires: '2027-03-01' };
    expect(await upsert(lead({ ...given, consent: [consent, later] }))).toEqual([{ id, outcome: 'updated' }]);
    expect(await guard(id)).toBe(1);
    expect(await upsert(lead({ ...given, consent: [{ ...later, expires: '2028-03-01' }] }))).toEqual([
      { id, outcome: 'updated' },
    ]);
    expect((await peekLead(db, id))?.facts.consents).toEqual([
      { purpose: 'sales', basis: 'consent', at: Date.UTC(2026, 1, 1) },
      { purpose: 'sales', basis: 'consent', at: Date.UTC(2026, 2, 1), expires: Date.UTC(2028, 2, 1) },
    ]);
  });

  it('takes a page of 500 in a few statements', async () => {
    const statements: string[] = [];
    const watched = await withDatabase(kind, { onStatement: (statement) => statements.push(statement) });
    const page = Array.from({ length: 500 }, (_, n) => lead({ email: `bulk${n}@bulk.example` }));
    const outcomes = await transact(watched.database.db, (tx) => upsertLeads(tx, page, NOW));
    expect(new Set(outcomes.map((row) => row.outcome))).toEqual(new Set(['created']));
    expect(statements.length).toBeLessThan(15);
    expect(await countLeads(watched.database.db)).toBe(500);
    await watched.close();
  });

  it('finds leads by id or address, many at once', async () => {
    const id = await createLead(db, { email: 'find@acme.example' });
    expect(await findLead(db, { id })).toMatchObject({ id });
    expect(await findLead(db, { email: 'find@acme.example' })).toMatchObject({ id });
    expect(await findLead(db, {})).toBeNull();
    expect(await getLead(db, 'none')).toBeNull();
    const refs = [{ email: 'find@acme.example' }, { id }, { id: 'none' }, { email: 'none@acme.example' }, {}];
    expect(await findLeadIds(db, refs)).toEqual([id, id, null, null, null]);
  });

  describe('lists', () => {
    const ids: string[] = [];
    beforeAll(async () => {
      for (const n of [0, 1, 2, 3, 4]) {
        ids.push(
          await createLead(db, {
            email: `list${n}@list.example`,
            company: n % 2 === 0 ? 'Even_Ltd' : 'Odd 100%',
            lastName: `Name${n}`,
          }),
        );
      }
      await commit(db, ids[0] ?? '', 0, {
        state: state({ stage: 'listed' }),
        effects: [enrollment('list-run', { cadence: 'listed' })],
      });
      const custody = { who: 'sales' as const, since: NOW, rep: 'list-rep', attempts: 0 };
      await commit(db, ids[1] ?? '', 0, {
        state: state({ stage: 'listed', custody }),
        effects: [enrollment('list-over', { cadence: 'listed', state: 'met', endedAt: NOW })],
      });
    });
    const list = async (filter: Parameters<typeof listLeads>[1]) =>
      (await listLeads(db, filter)).items.map((item) => item.id);

    it('newest first, in pages that stay right while leads come', async () => {
      const first = await listLeads(db, { q: 'list.example', limit: 2 });
      await createLead(db, { email: 'list-new@list.example' });
      const second = await listLeads(db, { q: 'list.example', limit: 3, cursor: first.next ?? '' });
      expect([...first.items, ...second.items].map((item) => item.id)).toEqual(ids.toReversed());
      expect(second.next).toBeNull();
    });

    it('by stage, custody, custodian and open cadence', async () => {
      expect(await list({ stage: 'listed' })).toEqual([ids[1], ids[0]]);
      expect(await list({ stage: 'listed', custody: 'sales' })).toEqual([ids[1]]);
      expect(await list({ custodian: 'list-rep' })).toEqual([ids[1]]);
      expect(await list({ cadence: 'listed' })).toEqual([ids[0]]);
    });

    it('by part of name, address or company, taken literally', async () => {
      expect(await list({ q: 'NAME3' })).toEqual([ids[3]]);
      expect(await list({ q: 'ada name4' })).toEqual([ids[4]]);
      expect(await list({ q: '100%' })).toEqual([ids[3], ids[1]]);
      expect(await list({ q: 'n_l' })).toEqual(await list({ q: 'even_' }));
    });

    it('refuses a cursor of another list', async () => {
      await expect(listLeads(db, { cursor: 'nonsense' })).rejects.toMatchObject({ code: 'bad-cursor' });
      await expect(listLeads(db, { cursor: Buffer.from('[1,2]').toString('base64url') })).rejects.toMatchObject({
        code: 'bad-cursor',
      });
    });
  });
});
