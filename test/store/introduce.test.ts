import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { introducePlaybook } from '../../src/store/introduce.ts';
import { applyPlaybook } from '../../src/store/playbooks.ts';
import { commitDecision, loadLead } from '../../src/store/states.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';
import { createLead, decided, NOW, state } from './fixtures.ts';

describe.each(testDatabases)('a new playbook version on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
  });
  afterAll(() => store.close());

  const apply = (hash: string, now: number) =>
    transact(db, (tx) => applyPlaybook(tx, { hash, files: { 'playbook.yaml': hash }, by: 'marketer', now }));
  /** Decides as the engine does: everything in the inbox, under the version in force. */
  const decideAll = (id: string) =>
    transact(db, async (tx) => {
      const loaded = await loadLead(tx, id);
      if (!loaded) throw new Error('no lead');
      const applied = loaded.inputs.map((input) => input.id);
      await commitDecision(tx, id, loaded.seq, decided({ state: loaded.state ?? state(), applied }), {
        now: NOW,
        playbook: loaded.playbook ?? undefined,
      });
      return loaded.inputs.map((input) => input.body);
    });

  it('is shown once to every lead decided under another one, and again when it comes back', async () => {
    await apply('one', NOW);
    const [idle, fresh] = [await createLead(db), await createLead(db)];
    await decideAll(idle);
    expect(await introducePlaybook(db, NOW, 10)).toEqual([]);

    await apply('two', NOW + 1_000);
    // A lead nobody has decided about yet has its own news in the inbox.
    expect(await introducePlaybook(db, NOW, 10)).toEqual([idle]);
    expect(await introducePlaybook(db, NOW, 10)).toEqual([idle]);
    expect(await decideAll(idle)).toEqual([{ kind: 'lead.changed', by: 'playbook' }]);
    expect(await introducePlaybook(db, NOW, 10)).toEqual([]);
    await decideAll(fresh);

    await apply('one', NOW + 2_000);
    expect([...(await introducePlaybook(db, NOW, 10))].sort()).toEqual([idle, fresh].sort());
    expect(await decideAll(idle)).toEqual([{ kind: 'lead.changed', by: 'playbook' }]);
  });
});
