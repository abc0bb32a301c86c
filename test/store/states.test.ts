import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATE_VERSION } from '../../src/core/state-versions.ts';
import type { Db } from '../../src/store/db.ts';
import { SequenceConflict } from '../../src/store/errors.ts';
import { putInputs } from '../../src/store/inbox.ts';
import { listJournal } from '../../src/store/journal.ts';
import { getLead, upsertLead } from '../../src/store/leads.ts';
import { pauseScope, resumeScope } from '../../src/store/pauses.ts';
import { applyPlaybook } from '../../src/store/playbooks.ts';
import { putRep } from '../../src/store/reps.ts';
import { loadLead, loadRouting, peekLead, readState } from '../../src/store/states.ts';
import { suppress } from '../../src/store/suppressions/suppress.ts';
import { markAccepted } from '../../src/store/touches.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';
import { commit, createLead, lead, NOW, state, touch } from './fixtures.ts';

describe.each(testDatabases)('loading and committing on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
  });
  afterAll(() => store.close());

  const load = (id: string) => transact(db, (tx) => loadLead(tx, id));

  it('knows nothing of an unknown lead', async () => {
    expect(await load('nobody')).toBeNull();
    expect(await peekLead(db, 'nobody')).toBeNull();
  });

  it('gives a new lead no state, its fields, and the news that it is there', async () => {
    const id = await createLead(db, { email: 'New.Lead@Example.com', title: 'CFO', attributes: { size: '50' } });
    const loaded = await load(id);
    expect(loaded).toMatchObject({ leadId: id, seq: 0, state: null, held: null, sendingAccepted: [], playbook: null });
    expect(loaded?.facts).toMatchObject({ leadId: id, createdAt: NOW, consents: [], suppressions: [], pauses: [] });
    expect(loaded?.facts.lead).toMatchObject({
      title: 'CFO',
      firstName: 'Ada',
      country: '',
      attributes: { size: '50' },
    });
    expect(loaded?.inputs.map((input) => input.body)).toEqual([{ kind: 'lead.changed', by: 'api' }]);
  });

  it('loads consents, suppressions by address, domain and lead, pauses and the playbook', async () => {
    const consent = {
      purpose: 'marketing' as const,
      basis: 'consent',
      source: 'form',
      at: '2026-01-01',
      expires: '2027-01-01',
    };
    const id = await createLead(db, { email: 'x@facts.example', domain: 'facts-company.example', consent: [consent] });
    await transact(db, async (tx) => {
      await suppress(tx, { email: 'x@facts.example', purpose: 'sales', reason: 'asked', by: 'rep' }, NOW);
      await suppress(
        tx,
        { domain: 'facts-company.example', until: NOW + 1_000, reason: 'dispute', by: 'admin' },
        NOW + 1,
      );
      await suppress(tx, { domain: 'facts.example', reason: 'partner', by: 'admin' }, NOW + 2);
      await suppress(tx, { leadId: id, reason: 'objected', by: 'lead' }, NOW + 3);
      await suppress(tx, { email: 'other@facts2.example', reason: 'not this one', by: 'lead' }, NOW + 4);
      await pauseScope(tx, { scope: 'guide', reason: 'typo', by: 'marketer', at: NOW });
      await applyPlaybook(tx, { hash: 'abc', files: { 'playbook.yaml': '' }, by: 'admin', now: NOW });
    });
    const loaded = await peekLead(db, id);
    await transact(db, (tx) => resumeScope(tx, 'guide'));
    expect(loaded?.playbook).toBe('abc');
    expect(loaded?.facts.pauses).toEqual(['guide']);
    expect(loaded?.facts.consents).toEqual([
      { purpose: 'marketing', basis: 'consent', at: Date.UTC(2026, 0, 1), expires: Date.UTC(2027, 0, 1) },
    ]);
    expect(loaded?.facts.suppressions).toEqual([
      { purpose: 'sales', reason: 'asked', at: NOW },
      { until: NOW + 1_000, reason: 'dispute', at: NOW + 1 },
      { reason: 'partner', at: NOW + 2 },
      { reason: 'objected', at: NOW + 3 },
    ]);
  });

  it('keeps state, position and journal, and counts the sequence', async () => {
    const id = await createLead(db);
    const custody = { who: 'sales' as const, since: NOW, rep: 'rep@volley.example', attempts: 0 };
    const entry = {
      seq: 1,
      at: NOW,
      type: 'custody.changed' as const,
      by: 'rule',
      playbookVersion: 'hash',
      data: { to: 'sales' },
    };
    await transact(db, (tx) =>
      putRep(tx, { id: 'rep@volley.example', name: 'Rep', timeZone: 'Europe/Berlin', active: true }, NOW),
    );
    const seq = await commit(db, id, 0, {
      state: state({ stage: 'evaluating', custody, journal: 1 }),
      effects: [{ kind: 'journal', entry: { ...entry, cadence: 'guide', step: 'call' } }],
      wake: { at: NOW + 5, queue: 'email', summary: '' },
      held: '*',
    });
    expect(seq).toBe(1);
    const loaded = await load(id);
    expect(loaded).toMatchObject({ seq: 1, held: '*', state: { seq: 1, stage: 'evaluating', custody } });
    expect(loaded?.facts.custodian).toEqual({
      id: 'rep@volley.example',
      name: 'Rep',
      timeZone: 'Europe/Berlin',
      active: true,
    });
    expect(await getLead(db, id)).toMatchObject({
      stage: 'evaluating',
      custody: 'sales',
      custodian: 'rep@volley.example',
      dueAt: NOW + 5,
      held: '*',
      seq: 1,
    });
    expect((await listJournal(db, id)).items).toEqual([
      {
        id: `${id}.1`,
        leadId: id,
        seq: 1,
        at: NOW,
        type: 'custody.changed',
        cadence: 'guide',
        step: 'call',
        reason: null,
        by: 'rule',
        playbookVersion: 'hash',
        data: { to: 'sales' },
      },
    ]);
    expect(await commit(db, id, seq, { state: state({ journal: 1 }) })).toBe(2);
    expect(await getLead(db, id)).toMatchObject({ custody: 'nobody', custodian: null, dueAt: null, held: null });
  });

  it('refuses a decision made from an older sequence number, and writes none of it', async () => {
    const id = await createLead(db);
    await commit(db, id, 0, {});
    const entry = { seq: 1, at: NOW, type: 'stage.changed' as const, by: 'rule', playbookVersion: 'hash', data: {} };
    await expect(commit(db, id, 0, { effects: [{ kind: 'journal', entry }] })).rejects.toThrow(SequenceConflict);
    expect((await listJournal(db, id)).items).toEqual([]);
  });

  it('shows each input until a commit has used it, in order of when it happened', async () => {
    const id = await createLead(db);
    const signal = (type: string, at: number) => ({
      leadId: id,
      at,
      body: { kind: 'signal' as const, type, human: true },
    });
    await transact(db, (tx) =>
      putInputs(tx, [signal('later', NOW + 9_000), signal('first', NOW + 1), signal('second', NOW + 2)], NOW),
    );
    const before = await load(id);
    const types = before?.inputs.map(({ body }) => (body.kind === 'signal' ? body.type : body.kind));
    expect(types).toEqual(['lead.changed', 'first', 'second', 'later']);
    const applied = before?.inputs.slice(0, 3).map((input) => input.id) ?? [];
    await commit(db, id, 0, { applied });
    const after = await load(id);
    expect(after?.inputs).toEqual([
      { id: before?.inputs[3]?.id, at: NOW + 9_000, body: { kind: 'signal', type: 'later', human: true } },
    ]);
  });

  it('tells which touches in flight the mail service has taken', async () => {
    const id = await createLead(db);
    await commit(db, id, 0, { touch: touch('taken') });
    await commit(db, id, 1, { touch: touch('unknown', { step: 'two' }) });
    await transact(db, (tx) => markAccepted(tx, 'taken', 'ses-1', NOW + 1));
    expect((await load(id))?.sendingAccepted).toEqual(['taken']);
  });

  it('sees a lead as it is after an update', async () => {
    const first = lead({ email: 'changed@example.com', company: 'Old' });
    const { id } = await transact(db, (tx) => upsertLead(tx, first, NOW));
    await transact(db, (tx) => upsertLead(tx, { ...first, company: 'New', title: '' }, NOW + 1));
    const loaded = await load(id);
    expect(loaded?.facts.lead.company).toBe('New');
    expect(loaded?.inputs).toHaveLength(2);
  });

  it('loads reps and what each pool has given', async () => {
    const id = await createLead(db);
    const away = [{ from: '2026-12-01', to: '2026-12-24', cover: 'b@volley.example' }];
    const workingHours = { days: ['mon' as const], from: '09:00', to: '17:00', holidays: [] };
    await transact(db, (tx) =>
      putRep(
        tx,
        { id: 'a@volley.example', name: 'A', timeZone: 'Europe/London', active: false, away, workingHours },
        NOW,
      ),
    );
    const count = (pool: string, rep: string, by: 1 | -1) => ({ kind: 'pool.count' as const, pool, rep, by });
    await commit(db, id, 0, {
      effects: [count('emea', 'a', 1), count('emea', 'a', 1), count('emea', 'b', 1), count('rest', 'a', 1)],
    });
    await commit(db, id, 1, { effects: [count('emea', 'a', -1)] });
    const routing = await transact(db, loadRouting);
    expect(routing.given).toEqual({ emea: { a: 1, b: 1 }, rest: { a: 1 } });
    expect(routing.reps['a@volley.example']).toEqual({
      id: 'a@volley.example',
      name: 'A',
      timeZone: 'Europe/London',
      active: false,
      workingHours,
      away: [{ from: '2026-12-01', to: '2026-12-24', cover: 'b@volley.example' }],
    });
  });
});

describe('a stored state', () => {
  it('reads back as it was written', () => {
    const written = state({ stage: 'deciding', events: ['stage.customer'] });
    expect(readState(JSON.stringify(written), 'l1')).toEqual(written);
  });

  it('is refused when it fits no version, naming the lead', () => {
    expect(() => readState(JSON.stringify({ ...state(), v: 'one' }), 'l1')).toThrow(/lead l1 fits no version/);
    expect(() => readState(JSON.stringify({ ...state(), stage: 7 }), 'l1')).toThrow(/lead l1/);
  });

  it('of a newer build is refused as that: nothing of it is lost by reading it with this one', () => {
    const newer = JSON.stringify({ ...state(), v: STATE_VERSION + 1 });
    expect(() => readState(newer, 'l1')).toThrow(expect.objectContaining({ code: 'newer-state' }));
  });
});

describe('loading on the embedded database', () => {
  it('is planned once: planning its query anew takes longer than all else about a touch', async () => {
    const store = await withDatabase('pglite');
    const { db } = store.database;
    const id = await createLead(db, { email: 'planned@example.com' });
    for (let n = 0; n < 10; n += 1) await transact(db, (tx) => loadLead(tx, id));
    const { rows } = await sql<{ plans: number }>`select (generic_plans + custom_plans)::int as plans
      from pg_prepared_statements where ltrim(statement, chr(10)) like 'select l.id, l.key%'`.execute(db);
    expect(rows).toEqual([{ plans: 10 }]);
    await store.close();
  });
});
