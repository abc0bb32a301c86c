/** Races need a server with several connections; PGlite has one and shows none. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { openEnrollment } from '../../src/store/enrollments.ts';
import { SequenceConflict, TaskConflict } from '../../src/store/errors.ts';
import { claimIdempotency, saveAnswer } from '../../src/store/idempotency.ts';
import { addImportPage, createImport, takeImportPage } from '../../src/store/imports.ts';
import { putInputs } from '../../src/store/inbox.ts';
import { countLeads, upsertLead, upsertLeads } from '../../src/store/leads.ts';
import { commitDecision, loadLead, loadRouting, peekLead } from '../../src/store/states.ts';
import { suppress } from '../../src/store/suppressions/suppress.ts';
import { answerTask, getTask } from '../../src/store/tasks.ts';
import { touchById } from '../../src/store/touches.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import { commit, createLead, decided, lead, NOW, task, touch } from './fixtures.ts';

const times = <T>(n: number, run: (n: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(Array.from({ length: n }, (_, i) => run(i)));
const won = <T>(results: PromiseSettledResult<T>[]): T[] =>
  results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
const lost = (results: PromiseSettledResult<unknown>[]): unknown[] =>
  results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));

/** Runs outside the transaction of the caller, as another process would. */
const elsewhere = AsyncLocalStorage.snapshot();

/** Resolves once another connection waits for a lock. */
async function untilWaiting(db: Db): Promise<void> {
  for (;;) {
    const waiting = await elsewhere(() =>
      sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(db),
    );
    if (waiting.rows.length > 0) return;
  }
}

describe('on a real server', () => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase('postgres');
    db = store.database.db;
  });
  afterAll(() => store.close());

  it('one of 20 answers to a task wins', async () => {
    const id = await createLead(db);
    await commit(db, id, 0, { effects: [{ kind: 'task.open', task: task('race-task') }] });
    const answers = await times(20, (n) =>
      transact(db, (tx) =>
        answerTask(tx, 'race-task', { expect: ['open'], state: 'done', disposition: `d${n}`, at: NOW, by: `rep${n}` }),
      ),
    );
    expect(won(answers).filter(Boolean)).toHaveLength(1);
    const winner = answers.findIndex((answer) => answer.status === 'fulfilled' && answer.value);
    expect(await getTask(db, 'race-task')).toMatchObject({ disposition: `d${winner}` });
  });

  it('an answer and the clock: exactly one closes the task', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await createLead(db);
      const taskId = `clock-${round}`;
      await commit(db, id, 0, { effects: [{ kind: 'task.open', task: task(taskId) }] });
      const close = {
        kind: 'task.close' as const,
        id: taskId,
        state: 'expired' as const,
        reason: 'sla-breached' as const,
        at: NOW,
      };
      const [answer, clock] = await Promise.allSettled([
        transact(db, (tx) =>
          answerTask(tx, taskId, { expect: ['open'], state: 'accepted', at: NOW, by: 'rep' }).then(
            (ok) => ok && answerTask(tx, taskId, { expect: ['accepted'], state: 'done', at: NOW, by: 'rep' }),
          ),
        ),
        commit(db, id, 1, { effects: [close] }),
      ]);
      const answered = answer.status === 'fulfilled' && answer.value;
      expect(answered).toBe(clock.status === 'rejected');
      if (clock.status === 'rejected') expect(clock.reason).toBeInstanceOf(TaskConflict);
      expect((await getTask(db, taskId))?.state).toBe(answered ? 'done' : 'expired');
    }
  });

  it('one of 20 commits from the same sequence number wins', async () => {
    const id = await createLead(db);
    const commits = await times(20, (n) => commit(db, id, 0, { touch: touch(`race-${n}`) }));
    expect(won(commits)).toEqual([1]);
    expect(lost(commits).every((reason) => reason instanceof SequenceConflict)).toBe(true);
    expect((await db.selectFrom('touches').select('id').where('lead_id', '=', id).execute()).length).toBe(1);
  });

  it('a suppression waits for the send that loaded before it', async () => {
    const id = await createLead(db, { email: 'first@order.example' });
    const order: string[] = [];
    let suppression: Promise<unknown> | undefined;
    await transact(db, async (tx) => {
      const loaded = await loadLead(tx, id);
      const email = 'first@order.example';
      suppression = elsewhere(() =>
        transact(db, (other) => suppress(other, { email, reason: 'r', by: 'lead' }, NOW)),
      ).then(() => order.push('suppressed'));
      await untilWaiting(db);
      await commitDecision(tx, id, loaded?.seq ?? 0, decided({ touch: touch('order-1') }), { now: NOW });
      order.push('sent');
    });
    await suppression;
    expect(order).toEqual(['sent', 'suppressed']);
    expect((await peekLead(db, id))?.facts.suppressions).toHaveLength(1);
  });

  it('a send that loads while a suppression is being written sees it', async () => {
    const id = await createLead(db, { email: 'second@order.example' });
    let loading: ReturnType<typeof loadLead> | undefined;
    await transact(db, async (tx) => {
      await suppress(tx, { email: 'second@order.example', reason: 'unsubscribed', by: 'lead' }, NOW);
      loading = elsewhere(() => transact(db, (other) => loadLead(other, id)));
      await untilWaiting(db);
    });
    expect((await loading)?.facts.suppressions).toMatchObject([{ reason: 'unsubscribed' }]);
  });

  it('a consent and a send serialise too', async () => {
    const given = lead({ email: 'third@order.example' });
    const { id } = await transact(db, (tx) => upsertLead(tx, given, NOW));
    let loading: ReturnType<typeof loadLead> | undefined;
    await transact(db, async (tx) => {
      const consents = [{ purpose: 'sales' as const, basis: 'withdrawn', source: 'call', at: NOW }];
      await upsertLead(tx, { ...given, consents }, NOW);
      loading = elsewhere(() => transact(db, (other) => loadLead(other, id)));
      await untilWaiting(db);
    });
    expect((await loading)?.facts.consents).toMatchObject([{ basis: 'withdrawn' }]);
  });

  it('the same new lead from 10 writers is one lead', async () => {
    const before = await countLeads(db);
    const writes = await times(10, (n) =>
      transact(db, (tx) => upsertLead(tx, lead({ email: 'same@race.example', attributes: { [`a${n}`]: 'x' } }), NOW)),
    );
    expect(lost(writes)).toEqual([]);
    expect(won(writes).filter((write) => write.outcome === 'created')).toHaveLength(1);
    expect(await countLeads(db)).toBe(before + 1);
    const loaded = await peekLead(db, won(writes)[0]?.id ?? '');
    expect(Object.keys(loaded?.facts.lead.attributes ?? {})).toHaveLength(10);
  });

  it('overlapping pages of imports in opposite order both end', async () => {
    const page = Array.from({ length: 100 }, (_, n) => lead({ email: `overlap${n}@race.example` }));
    await transact(db, (tx) => upsertLeads(tx, page, NOW));
    const titled = (title: string) => page.map((one) => ({ ...one, title }));
    const both = await Promise.all([
      transact(db, (tx) => upsertLeads(tx, titled('A'), NOW)),
      transact(db, (tx) => upsertLeads(tx, titled('B').toReversed(), NOW)),
    ]);
    expect(both.flat().every((outcome) => outcome.outcome === 'updated')).toBe(true);
    const rows = await db.selectFrom('leads').select('title').where('email', 'like', 'overlap%').distinct().execute();
    expect(rows).toHaveLength(1);
  });

  it('one of 20 enrollments takes the lane, one of 20 equal inputs the inbox', async () => {
    const id = await createLead(db);
    const run = { leadId: id, cadence: 'guide', lane: 'nurture', playbook: 'h', startedAt: NOW };
    const opened = await times(20, (n) => transact(db, (tx) => openEnrollment(tx, { ...run, id: `lane-${n}` })));
    expect(won(opened).filter((result) => result === 'opened')).toHaveLength(1);
    expect(lost(opened)).toEqual([]);
    const input = {
      leadId: id,
      key: 'signal:race',
      at: NOW,
      body: { kind: 'signal' as const, type: 'x', human: true },
    };
    const put = await times(20, () => transact(db, (tx) => putInputs(tx, [input], NOW)));
    expect(won(put).reduce((sum, result) => sum + result.accepted, 0)).toBe(1);
  });

  it('one of 10 requests with one idempotency key does the work, the others get its answer', async () => {
    const request = { apiKey: 'k', key: 'race', requestHash: 'h' };
    const answers = await times(10, (n) =>
      transact(db, async (tx) => {
        const claim = await claimIdempotency(tx, request, NOW);
        if (claim.kind === 'new') await saveAnswer(tx, request, { status: 200, body: `by ${n}` });
        return claim;
      }),
    );
    const replays = won(answers).filter((claim) => claim.kind === 'replay');
    expect(replays).toHaveLength(9);
    expect(new Set(replays.map((claim) => (claim.kind === 'replay' ? claim.body : ''))).size).toBe(1);
  });

  it('round robin counts every handoff when handoffs race', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => createLead(db)));
    await Promise.all(
      ids.map((id) =>
        transact(db, async (tx) => {
          const loaded = await loadLead(tx, id);
          const given = (await loadRouting(tx)).given['race-pool'] ?? {};
          const rep = ['a', 'b', 'c'].toSorted((x, y) => (given[x] ?? 0) - (given[y] ?? 0))[0] ?? 'a';
          const effects = [{ kind: 'pool.count' as const, pool: 'race-pool', rep, by: 1 as const }];
          await commitDecision(tx, id, loaded?.seq ?? 0, decided({ effects }), { now: NOW });
        }),
      ),
    );
    expect((await transact(db, loadRouting)).given['race-pool']).toEqual({ a: 4, b: 4, c: 4 });
  });

  it('each page of an import is taken by one of many', async () => {
    const id = await transact(db, (tx) => createImport(tx, { format: 'csv', header: '', by: 'k' }, NOW));
    for (let page = 0; page < 5; page += 1) {
      await transact(db, (tx) => addImportPage(tx, id, { page, firstRow: page, rows: 1, body: '' }));
    }
    const taken = await times(8, () => transact(db, (tx) => takeImportPage(tx, id)));
    const pages = won(taken).flatMap((page) => (page === null ? [] : [page.page]));
    expect(pages.toSorted()).toEqual([0, 1, 2, 3, 4]);
  });

  it('a touch that two runners want to send goes once', async () => {
    const id = await createLead(db);
    const runs = await times(10, () =>
      transact(db, async (tx) => {
        const loaded = await loadLead(tx, id);
        if (loaded?.seq !== 0) return 'seen';
        await commitDecision(tx, id, 0, decided({ touch: touch('once') }), { now: NOW });
        return 'sent';
      }),
    );
    expect(won(runs).filter((result) => result === 'sent')).toHaveLength(1);
    expect(await touchById(db, 'once')).toMatchObject({ attempts: 1 });
  });
});
