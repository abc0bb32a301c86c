import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAnchor, writeAnchor } from '../../src/store/anchor.ts';
import type { Db } from '../../src/store/db.ts';
import { claimIdempotency, forgetIdempotency, saveAnswer } from '../../src/store/idempotency.ts';
import {
  abandonedUploads,
  addImportPage,
  createImport,
  dropImport,
  endImport,
  getImport,
  listImportErrors,
  queueImport,
  recordImportPage,
  takeImportPage,
  unfinishedImports,
} from '../../src/store/imports.ts';
import { createKey, endKey, findKey, listKeys, lockKey, noteUse, revokeKey } from '../../src/store/keys.ts';
import { deleteMeta, readMeta, writeMeta } from '../../src/store/meta.ts';
import { listPauses, pauseScope, resumeScope } from '../../src/store/pauses.ts';
import { applyPlaybook, currentPlaybook, playbookFiles } from '../../src/store/playbooks.ts';
import { getRep, listReps, putRep } from '../../src/store/reps.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';
import { NOW } from './fixtures.ts';

describe.each(testDatabases)('what the installation keeps, on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
  });
  afterAll(() => store.close());

  it('keys: only their hash, found until revoked', async () => {
    const { id, secret } = await transact(db, (tx) =>
      createKey(tx, { role: 'rep', rep: 'rep@x.example', label: 'Rep' }, NOW),
    );
    expect(await findKey(db, secret, NOW)).toEqual({
      id,
      role: 'rep',
      rep: 'rep@x.example',
      label: 'Rep',
      createdAt: NOW,
      revokedAt: null,
      expiresAt: null,
      usedAt: null,
    });
    expect(JSON.stringify(await db.selectFrom('api_keys').selectAll().execute())).not.toContain(secret);
    expect(await findKey(db, `${secret}x`, NOW)).toBeNull();
    const given = { role: 'admin' as const, secret: 'from-the-environment' };
    const first = await transact(db, (tx) => createKey(tx, given, NOW));
    expect(await transact(db, (tx) => createKey(tx, given, NOW + 1))).toEqual(first);
    expect(await transact(db, (tx) => revokeKey(tx, id, NOW + 2))).toBe(true);
    expect(await transact(db, (tx) => revokeKey(tx, id, NOW + 3))).toBe(false);
    expect(await findKey(db, secret, NOW + 3)).toBeNull();
    expect((await listKeys(db)).map((key) => [key.id, key.revokedAt])).toEqual([
      [id, NOW + 2],
      [first.id, null],
    ]);
  });

  it('keys: one with an end is found until then, and one that ends is not begun again', async () => {
    const expiresAt = NOW + 1_000;
    const { id, secret } = await transact(db, (tx) => createKey(tx, { role: 'manager', expiresAt }, NOW));
    expect(await findKey(db, secret, expiresAt - 1)).toMatchObject({ id, expiresAt });
    expect(await findKey(db, secret, expiresAt)).toBeNull();
    const ended = (at: number, now = NOW) =>
      transact(db, async (tx) => {
        const key = await lockKey(tx, id, now);
        return key && endKey(tx, key, at);
      });
    // Never later than it would have been.
    expect(await ended(NOW + 5_000)).toBe(expiresAt);
    expect(await ended(NOW + 500)).toBe(NOW + 500);
    expect(await findKey(db, secret, NOW + 500)).toBeNull();
    expect(await ended(NOW + 900, NOW + 500)).toBeNull();
  });

  it('keys: when one was last used is written down, and not again at once', async () => {
    const { secret } = await transact(db, (tx) => createKey(tx, { role: 'marketer' }, NOW));
    const key = async () => {
      const found = await findKey(db, secret, NOW);
      if (found === null) throw new Error('the key is not there');
      return found;
    };
    await noteUse(db, await key(), NOW, 1_000);
    await noteUse(db, await key(), NOW + 999, 1_000);
    expect((await key()).usedAt).toBe(NOW);
    // Whoever read the key before that writes nothing either.
    await noteUse(db, { ...(await key()), usedAt: null }, NOW + 500, 1_000);
    expect((await key()).usedAt).toBe(NOW);
    await noteUse(db, await key(), NOW + 1_000, 1_000);
    expect((await key()).usedAt).toBe(NOW + 1_000);
  });

  it('idempotency keys: the same again, another request refused, others apart, old ones forgotten', async () => {
    const request = { apiKey: 'k1', key: 'abc', requestHash: 'h1' };
    const claim = (changes: Partial<typeof request> = {}) =>
      transact(db, (tx) => claimIdempotency(tx, { ...request, ...changes }, NOW));
    await transact(db, async (tx) => {
      expect(await claimIdempotency(tx, request, NOW)).toEqual({ kind: 'new' });
      await saveAnswer(tx, request, { status: 201, body: '{"id":"1"}' });
    });
    expect(await claim()).toEqual({ kind: 'replay', status: 201, body: '{"id":"1"}' });
    expect(await claim({ requestHash: 'h2' })).toEqual({ kind: 'mismatch' });
    expect(await claim({ apiKey: 'k2' })).toEqual({ kind: 'new' });
    expect(await transact(db, (tx) => forgetIdempotency(tx, NOW))).toBe(0);
    expect(await transact(db, (tx) => forgetIdempotency(tx, NOW + 1))).toBe(2);
    expect(await claim()).toEqual({ kind: 'new' });
  });

  it('playbook versions: immutable, one of them current', async () => {
    const apply = (hash: string, now: number) =>
      transact(db, (tx) => applyPlaybook(tx, { hash, files: { 'playbook.yaml': hash }, by: 'm', now }));
    expect(await currentPlaybook(db)).toBeNull();
    expect(await apply('one', NOW)).toEqual({ changed: true });
    expect(await apply('one', NOW + 1)).toEqual({ changed: false });
    expect(await apply('two', NOW + 2)).toEqual({ changed: true });
    expect(await currentPlaybook(db)).toEqual({ hash: 'two', by: 'm', appliedAt: NOW + 2 });
    expect(await playbookFiles(db, 'one')).toEqual({ 'playbook.yaml': 'one' });
    expect(await playbookFiles(db, 'three')).toBeNull();
  });

  it('reps: created, then replaced', async () => {
    const rep = { id: 'r@x.example', name: 'R', timeZone: 'Europe/Paris', active: true };
    expect(await transact(db, (tx) => putRep(tx, rep, NOW))).toBe('created');
    expect(await transact(db, (tx) => putRep(tx, { ...rep, active: false }, NOW))).toBe('updated');
    expect(await getRep(db, rep.id)).toEqual({ ...rep, active: false, away: [] });
    expect(await listReps(db)).toHaveLength(1);
    expect(await getRep(db, 'none')).toBeNull();
  });

  it('pauses: once a scope, ended once', async () => {
    const pause = { scope: '*', reason: 'incident', by: 'admin', at: NOW };
    expect(await transact(db, (tx) => pauseScope(tx, pause))).toBe(true);
    expect(await transact(db, (tx) => pauseScope(tx, { ...pause, reason: 'again' }))).toBe(false);
    expect(await listPauses(db)).toEqual([pause]);
    expect(await transact(db, (tx) => resumeScope(tx, '*'))).toBe(true);
    expect(await transact(db, (tx) => resumeScope(tx, '*'))).toBe(false);
  });

  it('the clock anchor and other facts', async () => {
    expect(await readAnchor(db)).toBeNull();
    await writeAnchor(db, { real: 1, virtual: 2, factor: 43_200 });
    await writeAnchor(db, { real: 3, virtual: 4, factor: 1 });
    expect(await readAnchor(db)).toEqual({ real: 3, virtual: 4, factor: 1 });
    await writeMeta(db, 'flag', 'on');
    expect(await readMeta(db, 'flag')).toBe('on');
    await deleteMeta(db, 'flag');
    expect(await readMeta(db, 'flag')).toBeNull();
  });

  it('imports: pages taken once and in order, counted, with every error', async () => {
    const id = await transact(db, (tx) => createImport(tx, { format: 'csv', header: '{}', by: 'key' }, NOW));
    const page = (n: number) => ({ page: n, firstRow: 2 + n * 2, rows: 2, body: `["${n}"]` });
    for (const n of [0, 1]) await transact(db, (tx) => addImportPage(tx, id, page(n)));
    expect(await abandonedUploads(db, NOW)).toEqual([]);
    expect(await abandonedUploads(db, NOW + 1)).toEqual([id]);
    expect(await unfinishedImports(db)).toEqual([]);
    await transact(db, (tx) => queueImport(tx, id, 2));
    expect(await unfinishedImports(db)).toEqual([id]);
    const result = { rows: 2, created: 1, updated: 0, unchanged: 0, rejected: 1 };
    for (const n of [0, 1]) {
      const errors = [{ row: 3 + n * 2, field: 'email', message: 'no address' }];
      await transact(db, async (tx) => {
        expect(await takeImportPage(tx, id)).toEqual(page(n));
        await recordImportPage(tx, id, { ...result, errors });
      });
    }
    expect(await transact(db, (tx) => takeImportPage(tx, id))).toBeNull();
    await transact(db, (tx) => endImport(tx, id, { state: 'done' }, NOW + 9));
    expect(await getImport(db, id)).toEqual({
      id,
      state: 'done',
      format: 'csv',
      header: '{}',
      pages: 2,
      pagesDone: 2,
      rows: 4,
      created: 2,
      updated: 0,
      unchanged: 0,
      rejected: 2,
      failure: null,
      by: 'key',
      createdAt: NOW,
      finishedAt: NOW + 9,
    });
    const first = await listImportErrors(db, id, { limit: 1 });
    const second = await listImportErrors(db, id, { limit: 1, cursor: first.next ?? '' });
    expect([...first.items, ...second.items].map((error) => error.row)).toEqual([3, 5]);
    expect(second.next).toBeNull();
  });

  it('imports: a page whose transaction failed is there again, a dropped upload is gone', async () => {
    const id = await transact(db, (tx) => createImport(tx, { format: 'csv', header: '{}', by: 'key' }, NOW));
    await transact(db, (tx) => addImportPage(tx, id, { page: 0, firstRow: 2, rows: 1, body: '[]' }));
    await transact(db, (tx) => queueImport(tx, id, 1));
    const cutOff = transact(db, async (tx) => {
      await takeImportPage(tx, id);
      throw new Error('cut off');
    });
    await expect(cutOff).rejects.toThrow('cut off');
    expect(await transact(db, (tx) => takeImportPage(tx, id))).toMatchObject({ page: 0 });
    await transact(db, (tx) => endImport(tx, id, { state: 'failed', failure: 'why' }, NOW));
    expect(await getImport(db, id)).toMatchObject({ state: 'failed', failure: 'why' });
    await transact(db, (tx) => dropImport(tx, id));
    expect(await getImport(db, id)).toBeNull();
  });
});
