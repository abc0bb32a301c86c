import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { crowdMs, dueLeads, heldLeads, pendingLeads, putInputs } from '../../src/store/inbox.ts';
import { pauseScope, resumeScope } from '../../src/store/pauses.ts';
import { peekLead } from '../../src/store/states.ts';
import { removeSuppression } from '../../src/store/suppressions/remove.ts';
import { listSuppressions } from '../../src/store/suppressions/rows.ts';
import { suppress } from '../../src/store/suppressions/suppress.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';
import { commit, createLead, NOW } from './fixtures.ts';

const MINUTE = 60_000;
const signal = { kind: 'signal' as const, type: 'page.pricing', human: true };

describe.each(testDatabases)('the inbox and what bumps a guard, on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
  });
  afterAll(() => store.close());

  const bodies = async (id: string) => (await peekLead(db, id))?.inputs.map((input) => input.body) ?? [];
  const guard = async (id: string) =>
    (await db.selectFrom('lead_states').select('guard').where('lead_id', '=', id).executeTakeFirstOrThrow()).guard;
  /** A lead that has used up the news of its creation. */
  const settled = async (decision: Parameters<typeof commit>[3] = {}, email?: string) => {
    const id = await createLead(db, email === undefined ? {} : { email });
    const applied = (await peekLead(db, id))?.inputs.map((input) => input.id) ?? [];
    await commit(db, id, 0, { applied, ...decision });
    return id;
  };

  it('takes each key once, within a call and between calls', async () => {
    const id = await settled();
    const row = (key?: string) => ({ leadId: id, key, at: NOW, body: signal });
    const put = (...rows: ReturnType<typeof row>[]) => transact(db, (tx) => putInputs(tx, rows, NOW));
    expect(await put(row('s:1'), row('s:2'), row('s:1'), row(), row())).toEqual({ accepted: 4, duplicates: ['s:1'] });
    expect(await put(row('s:2'), row('s:3'))).toEqual({ accepted: 1, duplicates: ['s:2'] });
    expect(await put()).toEqual({ accepted: 0, duplicates: [] });
    expect(await bodies(id)).toHaveLength(5);
  });

  it('finds what was left: an old input, a late due time, a touch whose pause has ended', async () => {
    const sweep = (olderThan: number) => pendingLeads(db, olderThan, 1_000);
    const old = await settled();
    const ahead = await settled();
    const late = await settled({ wake: { at: NOW + MINUTE, queue: 'lead', summary: '' } });
    const held = await settled({ wake: { at: NOW, queue: 'email', summary: '' }, held: 'sweep-pause' });
    await transact(db, (tx) => pauseScope(tx, { scope: 'sweep-pause', reason: 'r', by: 'admin', at: NOW }));
    await transact(db, (tx) =>
      putInputs(
        tx,
        [
          { leadId: old, at: NOW, body: signal },
          { leadId: ahead, at: NOW + 60 * MINUTE, body: signal },
        ],
        NOW,
      ),
    );
    const found = await sweep(NOW + 2 * MINUTE);
    expect(found).toEqual(expect.arrayContaining([old, late]));
    expect(found).not.toEqual(expect.arrayContaining([ahead]));
    expect(found).not.toEqual(expect.arrayContaining([held]));
    expect(await sweep(NOW - 1)).toEqual([]);
    expect(await heldLeads(db, 'sweep-pause', { limit: 10 })).toEqual([held]);
    expect(await heldLeads(db, 'sweep-pause', { limit: 10, after: held })).toEqual([]);
    await transact(db, (tx) => resumeScope(tx, 'sweep-pause'));
    expect(await sweep(NOW + 2 * MINUTE)).toEqual(expect.arrayContaining([held]));
    expect(await pendingLeads(db, NOW + 2 * MINUTE, 1)).toHaveLength(1);
  });

  it('leaves those in peace who wait to send behind others, for as long as that may take', async () => {
    const queued: string[] = [];
    for (const at of [NOW, NOW, NOW]) queued.push(await settled({ wake: { at, queue: 'email', summary: '' } }));
    const swept = async (after: number) =>
      (await pendingLeads(db, NOW + after, 1_000, MINUTE)).filter((lead) => queued.includes(lead));
    expect(await swept(3 * MINUTE - 1)).toEqual([]);
    expect(await swept(3 * MINUTE)).toHaveLength(3);
  });

  it('wakes those who are due to send in one second one after the other, a little faster than they may go', async () => {
    const at = NOW + 700 * MINUTE;
    expect(await crowdMs(db, at, 4)).toBe(0);
    for (let n = 0; n < 8; n += 1) await settled({ wake: { at: at - n * 100, queue: 'email', summary: '' } });
    // Two seconds' worth goes at once, and nobody else is in the way of those who send.
    await settled({ wake: { at, queue: 'lead', summary: '' } });
    await settled({ wake: { at: at - 1_000, queue: 'email', summary: '' } });
    expect(await crowdMs(db, at, 4)).toBe(0);
    for (let n = 0; n < 5; n += 1) await settled({ wake: { at, queue: 'email', summary: '' } });
    expect(await crowdMs(db, at, 4)).toBe(1_000);
  });

  it('lists in pages every lead that a workflow should exist for', async () => {
    const idle = await settled();
    const due = await settled({ wake: { at: NOW + 90 * 24 * 60 * MINUTE, queue: 'lead', summary: '' } });
    const fresh = await createLead(db);
    const all: string[] = [];
    for (
      let page = await dueLeads(db, { limit: 3 });
      page.length > 0;
      page = await dueLeads(db, { limit: 3, after: all.at(-1) })
    ) {
      all.push(...page);
    }
    expect(all).toEqual(expect.arrayContaining([due, fresh]));
    expect(all).not.toContain(idle);
    expect(new Set(all).size).toBe(all.length);
  });

  it('tells every lead a suppression is about, and bumps its guard', async () => {
    const a = await settled({}, 'a@stop.example');
    const b = await settled({}, 'b@stop.example');
    const other = await settled({}, 'c@go.example');
    const put = (target: Parameters<typeof suppress>[1]) => transact(db, (tx) => suppress(tx, target, NOW));
    const why = { reason: 'unsubscribed', by: 'lead' };
    expect((await put({ email: 'a@stop.example', purpose: 'marketing', ...why })).leadIds).toEqual([a]);
    expect((await put({ domain: 'stop.example', ...why })).leadIds).toEqual([a, b]);
    expect((await put({ leadId: b, ...why })).leadIds).toEqual([b]);
    expect((await put({ email: 'nobody@stop.example', ...why })).leadIds).toEqual([]);
    expect([await guard(a), await guard(b), await guard(other)]).toEqual([2, 2, 0]);
    expect(await bodies(a)).toEqual([
      { kind: 'suppressed', purpose: 'marketing', ...why },
      { kind: 'suppressed', ...why },
    ]);
    await expect(put({ ...why })).rejects.toMatchObject({ code: 'bad-suppression' });
    await expect(put({ email: 'x@y.example', domain: 'y.example', ...why })).rejects.toMatchObject({
      code: 'bad-suppression',
    });
  });

  it('keeps one row a subject and purpose, for the longer time', async () => {
    const put = (until?: number) =>
      transact(db, (tx) => suppress(tx, { email: 'long@stop.example', until, reason: 'r', by: 'a' }, NOW));
    const rows = async () => (await listSuppressions(db, { email: 'long@stop.example' })).items;
    const { id } = await put(NOW + 5);
    await put(NOW + 9);
    await put(NOW + 2);
    expect(await rows()).toMatchObject([
      {
        id,
        email: 'long@stop.example',
        domain: null,
        leadId: null,
        purpose: null,
        until: NOW + 9,
        reason: 'r',
        by: 'a',
      },
    ]);
    await put();
    await put(NOW + 2);
    expect(await rows()).toMatchObject([{ id, until: null }]);
  });

  it('ends a suppression and lets its leads look again', async () => {
    const id = await settled({}, 'again@allow.example');
    const made = await transact(db, (tx) => suppress(tx, { leadId: id, reason: 'r', by: 'a' }, NOW));
    expect(await transact(db, (tx) => removeSuppression(tx, made.id, 'admin', NOW))).toEqual({ leadIds: [id] });
    expect(await transact(db, (tx) => removeSuppression(tx, made.id, 'admin', NOW))).toBeNull();
    expect((await peekLead(db, id))?.facts.suppressions).toEqual([]);
    expect((await bodies(id)).at(-1)).toEqual({ kind: 'lead.changed', by: 'admin' });
    expect((await listSuppressions(db, { limit: 1 })).items).toHaveLength(1);
  });
});
