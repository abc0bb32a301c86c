/** What the store and a lead's state disagree on for good must not stop the lead for good. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdvancePoint, createAdvance } from '../../activities/advance.ts';
import { DAY } from '../../src/core/time.ts';
import { listEnrollments, openEnrollment } from '../../src/store/enrollments.ts';
import { listJournal } from '../../src/store/journal.ts';
import { endStrayRuns } from '../../src/store/stray-runs.ts';
import { transact } from '../../src/store/tx.ts';
import { nextWake, openWorld, START, type World, warmUp } from '../support/world.ts';

const rep = 'rep-1@northwind.example';
let world: World;
let lead: string;
beforeEach(async () => {
  const onMissing = { task: 'find-role', title: 'Find the {{ role }}', due: { working: 'P5D' }, again: 'P90D' };
  const buyingGroup = { roles: ['champion'], need: { champion: 1 }, map: [], onMissing };
  world = await openWorld({ playbook: { ...warmUp, hash: 'finding', buyingGroup } });
  lead = await world.lead('ada@acme.example');
});
afterEach(() => world.close());

const advance = (deps: Partial<World['deps']> = {}) =>
  createAdvance({ ...world.deps, ...deps })(lead, { maySend: true });
const mended = async () =>
  (await listJournal(world.database.db, lead)).items.filter(({ type }) => type === 'lead.mended');
const row = () =>
  world.database.db
    .selectFrom('lead_states')
    .select(['seq', 'custody', 'failures', 'failing_since', 'failure'])
    .where('lead_id', '=', lead)
    .executeTakeFirstOrThrow();

describe('a task that the store has closed and the lead still waits for', () => {
  it.each(['find-role', 'handoff'])('holds nothing back: %s', async (kind) => {
    const { db } = world.database;
    await world.put(lead, { kind: 'handoff', handoff: 'warm', by: 'marketer' });
    await advance();
    const offer = await db.selectFrom('tasks').select('id').executeTakeFirstOrThrow();
    if (kind === 'find-role') {
      await world.put(lead, { kind: 'task.answered', task: offer.id, answer: 'accept', by: rep });
      await db.updateTable('tasks').set({ state: 'accepted' }).where('id', '=', offer.id).execute();
      await advance();
    }
    await db.updateTable('tasks').set({ state: 'expired' }).where('kind', '=', kind).execute();
    const { id } = await db.selectFrom('tasks').select('id').where('kind', '=', kind).executeTakeFirstOrThrow();
    await world.put(lead, { kind: 'disqualify', reason: 'a competitor', by: rep });
    await advance();
    expect(await world.journal(lead)).toContain('lead.disqualified disqualified');
    expect(await mended()).toMatchObject([{ reason: 'already-ended', data: { task: id } }]);
    expect(await row()).toMatchObject({ custody: 'nobody', failures: null });
  });
});

describe('a touch that the store has ended and the lead has not', () => {
  it.each(['sent', 'failed'] as const)('is not sent again, and the lead goes on: %s', async (state) => {
    const { db } = world.database;
    await advance();
    const due = (await nextWake(world, lead)) ?? 0;
    const died = {
      onPoint: async (point: AdvancePoint) => {
        if (point === 'sending-committed') throw new Error('killed');
      },
    };
    world.now = due;
    await expect(advance(died)).rejects.toThrow('killed');
    await db.updateTable('touches').set({ state, accepted_at: null }).execute();
    await world.play(lead, START + 10 * DAY);
    expect(await mended()).toHaveLength(1);
    expect(world.mailbox.messages().filter(({ subject }) => subject?.includes('welcome'))).toEqual([]);
    expect((await world.touches(lead)).map((one) => `${one.step} ${one.state}`)).toEqual([
      `welcome ${state}`,
      'follow-up sent',
    ]);
  });
});

describe('a lane that a run nobody knows keeps', () => {
  const stray = (id: string) =>
    transact(world.database.db, (tx) =>
      openEnrollment(tx, { id, leadId: lead, cadence: 'old', lane: 'nurture', playbook: 'finding', startedAt: START }),
    );

  it('is freed, and the lead enters; its journal says so', async () => {
    expect(await stray('stray')).toBe('opened');
    await advance();
    const runs = await listEnrollments(world.database.db, { leadId: lead });
    expect(runs.items.map(({ id, state }) => [id === 'stray', state]).toSorted()).toEqual([
      [false, 'running'],
      [true, 'exited'],
    ]);
    await advance();
    expect(await world.journal(lead)).toContain('input.ignored unknown-enrollment');
    expect(await row()).toMatchObject({ failures: null });
  });

  it('stays with whom the inbox promises it to', async () => {
    expect(await stray('promised')).toBe('opened');
    await world.put(lead, { kind: 'enroll', enrollment: 'promised', cadence: 'warm-up', by: 'marketer' });
    expect(await transact(world.database.db, (tx) => endStrayRuns(tx, lead, START))).toEqual([]);
  });
});

describe('a lead whose activity fails', () => {
  it('is noted with since when and the code, and no more once it goes on', async () => {
    const { playbooks } = world.deps;
    const broken = { playbooks: { get: async () => Promise.reject(new Error(`no ${lead}`)) } };
    for (let n = 0; n < 3; n++) {
      world.now = START + n * 1_000;
      await expect(advance(broken)).rejects.toThrow();
    }
    expect(await row()).toMatchObject({ failures: 3, failing_since: START, failure: 'unexpected' });
    await advance({ playbooks });
    expect(await row()).toMatchObject({ failures: null, failing_since: null, failure: null });
  });
});
