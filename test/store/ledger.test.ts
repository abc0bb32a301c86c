import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { getEnrollment, listEnrollments, openEnrollment } from '../../src/store/enrollments.ts';
import { LaneConflict, TaskConflict, TouchConflict } from '../../src/store/errors.ts';
import {
  answerTask,
  assignTask,
  draftOfTask,
  getTask,
  listTasks,
  openTasksOf,
  reopenTask,
} from '../../src/store/tasks.ts';
import {
  countTouches,
  listTouches,
  markAccepted,
  recordBounce,
  recordComplaint,
  touchById,
} from '../../src/store/touches.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';
import { commit, createLead, enrollment, NOW, task, touch } from './fixtures.ts';

describe.each(testDatabases)('what a commit writes beside the state, on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
  });
  afterAll(() => store.close());

  const end = (id: string, state: 'sent' | 'failed' | 'unconfirmed' | 'claimed') => ({
    effects: [{ kind: 'touch.end' as const, id, state, stage: 'exploring', at: NOW + 10, detail: 'why' }],
  });

  describe('a touch', () => {
    it('is sending with the commit that decided it, and sent with its proof', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { touch: touch('t1', { topic: 'guide' }) }, { toEmail: 'x@y.example' });
      expect(await touchById(db, 't1')).toMatchObject({
        leadId: id,
        state: 'sending',
        attempts: 1,
        toEmail: 'x@y.example',
        topic: 'guide',
        acceptedAt: null,
        endedAt: null,
      });
      await commit(db, id, 1, end('t1', 'sent'), { sesMessageId: 'ses-1' });
      expect(await touchById(db, 't1')).toMatchObject({
        state: 'sent',
        endedAt: NOW + 10,
        acceptedAt: NOW + 10,
        sesMessageId: 'ses-1',
      });
    });

    it.each(['sending', 'sent', 'failed', 'unconfirmed'] as const)(
      'never goes to sending again from %s',
      async (from) => {
        const id = await createLead(db);
        await commit(db, id, 0, { touch: touch(`again-${from}`) });
        if (from !== 'sending') await commit(db, id, 1, end(`again-${from}`, from));
        const seq = from === 'sending' ? 1 : 2;
        await expect(commit(db, id, seq, { touch: touch(`again-${from}`) })).rejects.toThrow(TouchConflict);
        expect(await touchById(db, `again-${from}`)).toMatchObject({ state: from, attempts: 1 });
      },
    );

    it('goes to sending again after a definite refusal, counted', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { touch: touch('refused') });
      await commit(db, id, 1, end('refused', 'claimed'));
      expect(await touchById(db, 'refused')).toMatchObject({ state: 'claimed', endedAt: null, acceptedAt: null });
      await commit(db, id, 2, { touch: touch('refused', { at: NOW + 60 }) });
      expect(await touchById(db, 'refused')).toMatchObject({ state: 'sending', attempts: 2, decidedAt: NOW + 60 });
    });

    it('is skipped from nothing or from claimed, never from sending', async () => {
      const id = await createLead(db);
      const skip = (touchId: string) => ({
        effects: [{ kind: 'touch.skip' as const, touch: touch(touchId), reason: 'no-consent' as const }],
      });
      await commit(db, id, 0, skip('skip-new'));
      expect(await touchById(db, 'skip-new')).toMatchObject({ state: 'skipped', attempts: 0, endedAt: NOW });
      await commit(db, id, 1, { touch: touch('skip-flying') });
      await expect(commit(db, id, 2, skip('skip-flying'))).rejects.toThrow(TouchConflict);
      await commit(db, id, 2, end('skip-flying', 'claimed'));
      await commit(db, id, 3, skip('skip-flying'));
      expect(await touchById(db, 'skip-flying')).toMatchObject({ state: 'skipped', attempts: 1 });
    });

    it('ends once, but a late proof turns unconfirmed into sent', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { touch: touch('late') });
      await commit(db, id, 1, end('late', 'unconfirmed'));
      await expect(commit(db, id, 2, end('late', 'failed'))).rejects.toThrow(TouchConflict);
      await commit(db, id, 2, end('late', 'sent'));
      await expect(commit(db, id, 3, end('late', 'sent'))).rejects.toThrow(TouchConflict);
      expect(await touchById(db, 'late')).toMatchObject({ state: 'sent' });
    });

    it('is not given up once its proof is there', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { touch: touch('proven') });
      await transact(db, (tx) => markAccepted(tx, 'proven', 'ses-1', NOW + 1));
      await expect(commit(db, id, 1, end('proven', 'unconfirmed'))).rejects.toThrow(TouchConflict);
      await commit(db, id, 1, end('proven', 'sent'));
      expect(await touchById(db, 'proven')).toMatchObject({ state: 'sent', acceptedAt: NOW + 1 });
    });

    it('keeps what the mail service says about it: the worst bounce, the earliest of the rest, in any order', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { touch: touch('reports') }, { toEmail: 'a@b.example' });
      const bounce = { touchId: 'reports', detail: 'Transient/MailboxFull', means: 'soft' as const, at: NOW + 2 };
      const hard = { touchId: 'reports', detail: 'Permanent/General 5.1.1', means: 'hard' as const, at: NOW + 3 };
      await transact(db, async (tx) => {
        expect(await markAccepted(tx, 'reports', 'ses-1', NOW + 5)).toMatchObject({ leadId: id, state: 'sending' });
        expect(await markAccepted(tx, 'reports', 'ses-2', NOW + 1)).toMatchObject({ leadId: id, state: 'sending' });
        for (const one of [bounce, hard, { ...hard, at: NOW + 9 }, bounce]) {
          expect(await recordBounce(tx, one)).toEqual({ leadId: id, toEmail: 'a@b.example' });
        }
        await recordComplaint(tx, 'reports', NOW + 7);
        await recordComplaint(tx, 'reports', NOW + 6);
        expect(await recordBounce(tx, { ...hard, touchId: 'none' })).toBeNull();
        expect(await recordComplaint(tx, 'none', NOW)).toBeNull();
        expect(await markAccepted(tx, 'none', 'ses', NOW)).toBeNull();
      });
      expect(await touchById(db, 'reports')).toMatchObject({
        acceptedAt: NOW + 1,
        sesMessageId: 'ses-1',
        bounce: 'Permanent/General 5.1.1 (hard)',
        bouncedAt: NOW + 3,
        complainedAt: NOW + 6,
      });
    });

    it('is listed with its lead, in pages, and counted by state', async () => {
      const id = await createLead(db);
      for (const n of [0, 1, 2]) await commit(db, id, n, { touch: touch(`list-${n}`, { at: NOW + n }) });
      const first = await listTouches(db, id, { limit: 2 });
      const second = await listTouches(db, id, { limit: 2, cursor: first.next ?? '' });
      expect([...first.items, ...second.items].map((item) => item.id)).toEqual(['list-0', 'list-1', 'list-2']);
      expect(second.next).toBeNull();
      expect((await countTouches(db))['sending']).toBeGreaterThanOrEqual(3);
    });
  });

  describe('a task', () => {
    it('is opened with its rendered words and its context', async () => {
      const id = await createLead(db, { phone: '+44 20 7946 0000', country: 'GB' });
      const opened = task('task-1', {
        assignee: 'rep',
        pool: 'emea',
        handoff: 'hot',
        sla: { name: 'hot', acceptBy: NOW + 7 },
      });
      await commit(
        db,
        id,
        0,
        { effects: [{ kind: 'task.open', task: opened }] },
        { tasks: { 'task-1': { title: 'Call Ada', body: 'Now' } } },
      );
      expect(await getTask(db, 'task-1')).toMatchObject({
        leadId: id,
        title: 'Call Ada',
        body: 'Now',
        state: 'open',
        assignee: 'rep',
        pool: 'emea',
        attempts: 0,
        sla: { name: 'hot', acceptBy: NOW + 7 },
        context: opened.context,
        closedAt: null,
        facts: {},
      });
      expect((await getTask(db, 'task-1'))?.phone).toContain('20');
    });

    it('is answered only in an expected state', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { effects: [{ kind: 'task.open', task: task('task-2') }] });
      const answer = { at: NOW + 1, by: 'rep' };
      await transact(db, async (tx) => {
        expect(await answerTask(tx, 'task-2', { expect: ['open'], state: 'accepted', ...answer })).toBe(true);
        expect(await answerTask(tx, 'task-2', { expect: ['open'], state: 'accepted', ...answer })).toBe(false);
        expect(await assignTask(tx, 'task-2', 'other', NOW)).toBe(true);
        const done = {
          expect: ['accepted'] as const,
          state: 'done' as const,
          disposition: 'connected',
          facts: { timing: 'Q1' },
          note: 'n',
          until: NOW + 9,
          reason: 'r',
        };
        expect(await answerTask(tx, 'task-2', { ...done, ...answer })).toBe(true);
        expect(await assignTask(tx, 'task-2', 'late', NOW)).toBe(false);
      });
      expect(await getTask(db, 'task-2')).toMatchObject({
        state: 'done',
        assignee: 'other',
        acceptedAt: NOW + 1,
        closedAt: NOW + 1,
        disposition: 'connected',
        facts: { timing: 'Q1' },
        note: 'n',
        until: NOW + 9,
        answeredBy: 'rep',
        attempts: 1,
      });
    });

    it('keeps the words a rep has put into an email, until it is opened again', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { effects: [{ kind: 'task.open', task: task('task-draft', { kind: 'review-email' }) }] });
      expect(await draftOfTask(db, 'task-draft')).toBeNull();
      const draft = { text: 'Dear **Ada**' };
      const edited = {
        expect: ['open'] as const,
        state: 'done' as const,
        at: NOW,
        by: 'rep',
        disposition: 'edit',
        draft,
      };
      expect(await transact(db, (tx) => answerTask(tx, 'task-draft', edited))).toBe(true);
      const late = { ...edited, draft: { text: 'late', subject: 'late' } };
      expect(await transact(db, (tx) => answerTask(tx, 'task-draft', late))).toBe(false);
      expect(await draftOfTask(db, 'task-draft')).toEqual(draft);
      expect(await getTask(db, 'task-draft')).toMatchObject({ state: 'done', draft, attempts: 0 });
      expect(await transact(db, (tx) => reopenTask(tx, 'task-draft'))).toBe(true);
      expect(await draftOfTask(db, 'task-draft')).toBeNull();
      expect(await draftOfTask(db, 'no-task')).toBeNull();
    });

    it('that was answered meanwhile makes the commit that closes it fail as a whole', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { effects: [{ kind: 'task.open', task: task('task-3') }] });
      await transact(db, (tx) =>
        answerTask(tx, 'task-3', { expect: ['open'], state: 'rejected', at: NOW, by: 'rep', reason: 'junk' }),
      );
      const close = {
        kind: 'task.close' as const,
        id: 'task-3',
        state: 'expired' as const,
        reason: 'sla-breached' as const,
        at: NOW,
      };
      await expect(commit(db, id, 1, { effects: [enrollment('never'), close] })).rejects.toThrow(TaskConflict);
      expect(await getEnrollment(db, 'never')).toBeNull();
      expect(await getTask(db, 'task-3')).toMatchObject({ state: 'rejected', reason: 'junk' });
    });

    it('is closed and reassigned by a commit while it is open or accepted', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { effects: [{ kind: 'task.open', task: task('task-4', { assignee: 'a' }) }] });
      await commit(db, id, 1, { effects: [{ kind: 'task.assign', id: 'task-4', assignee: 'b', at: NOW }] });
      expect(await openTasksOf(db, 'b')).toEqual([{ id: 'task-4', leadId: id }]);
      await commit(db, id, 2, {
        effects: [{ kind: 'task.close', id: 'task-4', state: 'expired', reason: 'not-answered', at: NOW + 1 }],
      });
      expect(await getTask(db, 'task-4')).toMatchObject({
        state: 'expired',
        assignee: 'b',
        closedAt: NOW + 1,
        reason: 'not-answered',
      });
      expect(await openTasksOf(db, 'b')).toEqual([]);
    });

    it('is listed by due time, filtered, in pages', async () => {
      const id = await createLead(db);
      const open = [3, 1, 2].map((n) => ({
        kind: 'task.open' as const,
        task: task(`due-${n}`, { assignee: 'lister', pool: 'p', dueAt: NOW + n }),
      }));
      await commit(db, id, 0, { effects: open });
      const first = await listTasks(db, { assignee: 'lister', limit: 2 });
      const rest = await listTasks(db, { assignee: 'lister', limit: 2, cursor: first.next ?? '' });
      expect([...first.items, ...rest.items].map((item) => item.id)).toEqual(['due-1', 'due-2', 'due-3']);
      const ids = async (filter: Parameters<typeof listTasks>[1]) =>
        (await listTasks(db, filter)).items.map((item) => item.id);
      expect(await ids({ leadId: id, dueBefore: NOW + 1 })).toEqual(['due-1']);
      expect(await ids({ leadId: id, states: ['done', 'expired'] })).toEqual([]);
      expect(await ids({ pool: 'p', states: ['open'] })).toHaveLength(3);
      expect(await getTask(db, 'none')).toBeNull();
    });
  });

  describe('an enrollment', () => {
    it('holds its lane until it has ended', async () => {
      const id = await createLead(db);
      const fresh = { leadId: id, cadence: 'guide', lane: 'nurture', playbook: 'hash', startedAt: NOW };
      expect(await transact(db, (tx) => openEnrollment(tx, { ...fresh, id: 'e-1' }))).toBe('opened');
      expect(await transact(db, (tx) => openEnrollment(tx, { ...fresh, id: 'e-2' }))).toBe('lane-taken');
      expect(await transact(db, (tx) => openEnrollment(tx, { ...fresh, id: 'e-3', lane: 'other' }))).toBe('opened');
      await commit(db, id, 0, {
        effects: [enrollment('e-1', { state: 'met', step: null, dueAt: null, endedAt: NOW + 1 })],
      });
      expect(await transact(db, (tx) => openEnrollment(tx, { ...fresh, id: 'e-2' }))).toBe('opened');
      expect(await getEnrollment(db, 'e-1')).toMatchObject({ state: 'met', endedAt: NOW + 1, dueAt: null });
      const open = await listEnrollments(db, { leadId: id, open: true });
      expect(open.items.map((item) => item.id)).toEqual(['e-2', 'e-3']);
      expect((await listEnrollments(db, { cadence: 'guide', leadId: id, limit: 1 })).next).not.toBeNull();
    });

    it('is replaced in its lane by one commit, whatever the order of its effects', async () => {
      const id = await createLead(db);
      await commit(db, id, 0, { effects: [enrollment('old-run')] });
      await commit(db, id, 1, {
        effects: [
          enrollment('new-run', { cadence: 'keep-warm' }),
          enrollment('new-run', { cadence: 'keep-warm', step: 'two' }),
          enrollment('old-run', { state: 'replaced', endedAt: NOW }),
        ],
      });
      expect(await getEnrollment(db, 'old-run')).toMatchObject({ state: 'replaced' });
      expect(await getEnrollment(db, 'new-run')).toMatchObject({ state: 'running', step: 'two' });
    });

    it('that found its lane taken meanwhile makes the commit fail', async () => {
      const id = await createLead(db);
      const taken = { id: 'by-api', leadId: id, cadence: 'x', lane: 'nurture', playbook: 'hash', startedAt: NOW };
      await transact(db, (tx) => openEnrollment(tx, taken));
      await expect(commit(db, id, 0, { effects: [enrollment('by-rule')] })).rejects.toThrow(LaneConflict);
    });
  });
});
