import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdvancePoint, createAdvance } from '../../activities/advance.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { createSender } from '../../src/email/sender.ts';
import { markAccepted } from '../../src/store/touches.ts';
import { transact } from '../../src/store/tx.ts';
import { openWorld, START, type World } from '../support/world.ts';

let world: World;
let lead: string;

beforeEach(async () => {
  world = await openWorld();
  lead = await world.lead('ada@acme.example');
});
afterEach(() => world.close());

const states = async (): Promise<string[]> =>
  (await world.touches(lead)).map((touch) => `${touch.step} ${touch.state} ${touch.attempts}`);
const mailed = (): (string | undefined)[] => world.mailbox.messages().map((message) => message.subject);

/** Stops the activity dead at a point, as a kill would: nothing after it runs. */
const dieAt = (point: AdvancePoint) => ({
  onPoint: async (reached: AdvancePoint) => {
    if (reached === point) throw new Error('killed');
  },
});
const never = (point: AdvancePoint) => ({
  onPoint: async (reached: AdvancePoint) => {
    if (reached === point) throw new Error(`${point} was reached`);
  },
});
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
/** SES's `Send` event, as the hook takes it in. */
const sendEvent = async (): Promise<void> => {
  const [touch] = await world.touches(lead);
  await transact(world.database.db, (tx) => markAccepted(tx, touch?.id ?? '', 'ses-1', world.now));
};

describe('a lead in a cadence', () => {
  it('gets each email once, at its time', async () => {
    await world.play(lead, START + 10 * DAY);
    expect(mailed()).toEqual(['About welcome, Ada', 'About follow-up, Ada']);
    expect(await states()).toEqual(['welcome sent 1', 'follow-up sent 1']);
    const [welcome, followUp] = await world.touches(lead);
    expect((followUp?.decidedAt ?? 0) - (welcome?.decidedAt ?? 0)).toBeGreaterThanOrEqual(3 * DAY);
    expect(welcome?.acceptedAt).not.toBeNull();
    expect(await world.journal(lead)).toContain('touch.sent due');
  });

  it('is left for the email queue by an advance that may not send', async () => {
    const advance = createAdvance(world.deps);
    const first = await advance(lead, { maySend: false });
    expect(first.w?.q).toBe('e');
    world.now = first.w?.t ?? 0;
    const again = await advance(lead, { maySend: false });
    expect(again.w).toMatchObject({ t: first.w?.t, ms: 0, q: 'e' });
    expect(mailed()).toEqual([]);
  });

  it('answers with ids, a kind and an offset, and nothing of the person', async () => {
    const { w } = await createAdvance(world.deps)(lead, { maySend: false });
    expect(w?.s).toMatch(/^warm-up \/ welcome: email, \w{3} \d\d:\d\d \+00:00$/);
  });

  it('has no next wake when it does not exist', async () => {
    expect(await createAdvance(world.deps)('00000000-0000-4000-8000-000000000000', { maySend: true })).toEqual({
      n: Number.MAX_SAFE_INTEGER,
    });
  });
});

describe('a worker killed in the middle of a touch', () => {
  it('never sends it again, and learns from the Send event that it went', async () => {
    await expect(world.play(lead, START + DAY, dieAt('accepted'))).rejects.toThrow('killed');
    expect(await states()).toEqual(['welcome sending 1']);
    await sendEvent();
    await world.play(lead, START + 10 * DAY);
    expect(await states()).toEqual(['welcome sent 1', 'follow-up sent 1']);
    expect(mailed()).toHaveLength(2);
  });

  it.each(['claiming', 'claimed'] as const)('begins anew when it dies before the commit (%s)', async (point) => {
    await expect(world.play(lead, START + DAY, dieAt(point))).rejects.toThrow('killed');
    expect([await states(), mailed()]).toEqual([[], []]);
    await world.play(lead, START + 10 * DAY);
    expect(await states()).toEqual(['welcome sent 1', 'follow-up sent 1']);
    expect(mailed()).toHaveLength(2);
  });

  it('parks it as unconfirmed when no event comes, and goes on', async () => {
    await expect(world.play(lead, START + DAY, dieAt('sending-committed'))).rejects.toThrow('killed');
    expect(mailed()).toEqual([]);
    await world.play(lead, START + 10 * DAY);
    expect(await states()).toEqual(['welcome unconfirmed 1', 'follow-up sent 1']);
    expect(await world.journal(lead)).toContain('touch.unconfirmed no-answer-from-ses');
  });

  it('is found by the rows: its lead has a wake', async () => {
    await expect(world.play(lead, START + DAY, dieAt('sending-committed'))).rejects.toThrow('killed');
    const row = await world.database.db.selectFrom('lead_states').select('due_at').executeTakeFirstOrThrow();
    expect(row.due_at).toBe(world.now + 15 * MINUTE);
  });

  it('repeats nothing when it dies after the record', async () => {
    await expect(world.play(lead, START + DAY, dieAt('recorded'))).rejects.toThrow('killed');
    await world.play(lead, START + 10 * DAY);
    expect(mailed()).toHaveLength(2);
    expect(await states()).toEqual(['welcome sent 1', 'follow-up sent 1']);
  });
});

describe('what SES answers', () => {
  it('throttled: the touch goes later, once, and costs the lead nothing', async () => {
    world.mailbox.control({ mode: 'throttle', count: 3 });
    await world.play(lead, START + 10 * DAY);
    expect(mailed()).toEqual(['About welcome, Ada', 'About follow-up, Ada']);
    expect(await states()).toEqual(['welcome sent 4', 'follow-up sent 1']);
  });

  it('no connection: the touch waits as `claimed`, and nobody ever saw it as `sending`', async () => {
    const sender = createSender({ region: 'eu-central-1', endpoint: 'http://127.0.0.1:1', credentials });
    const { w } = await createAdvance(world.deps)(lead, { maySend: false });
    await world.play(lead, w?.t ?? 0, { ...never('sending-committed'), sender });
    expect(await states()).toEqual(['welcome claimed 1']);
    expect(await world.journal(lead)).toContain('touch.refused throttled');
    await world.play(lead, START + 10 * DAY);
    expect(await states()).toEqual(['welcome sent 2', 'follow-up sent 1']);
    expect(mailed()).toHaveLength(2);
    sender.close();
  });

  it('a message that cannot be made has failed, and nobody ever saw it as `sending`', async () => {
    const mail = { secret: 'a-secret-for-tests-of-32-characters', publicUrl: 'no address' };
    await world.play(lead, START + DAY, { ...never('sending-committed'), mail });
    expect(await states()).toEqual(['welcome failed 1']);
    expect(await world.journal(lead)).toContain('touch.failed render-failed');
  });

  it('rejected: the touch has failed, with the reason, and the lead goes on', async () => {
    world.mailbox.control({ mode: 'reject', count: 1 });
    await world.play(lead, START + 10 * DAY);
    expect(await states()).toEqual(['welcome failed 1', 'follow-up sent 1']);
    expect(await world.journal(lead)).toContain('touch.failed rejected');
  });

  it.each(['timeoutAfterAccept', 'fail500AfterAccept', 'dropConnectionAfterAccept'] as const)(
    '%s: not sent again; the Send event proves that it went',
    async (mode) => {
      world.mailbox.control({ mode, count: 1 });
      const sent = new Promise<void>((resolve) => world.mailbox.onMessage(() => resolve(sendEvent())));
      await Promise.all([sent, world.play(lead, START + DAY)]);
      expect(mailed()).toEqual(['About welcome, Ada']);
      expect(await states()).toEqual(['welcome sent 1']);
    },
  );

  it('an event that comes before the time to give up is never missed, however late the lead is looked at', async () => {
    world.mailbox.control({ mode: 'fail500AfterAccept', count: 1 });
    await world.play(lead, START + DAY / 2, { giveUpMs: DAY });
    expect(await states()).toEqual(['welcome sending 1']);
    await sendEvent();
    world.now = START + 5 * DAY;
    await world.play(lead, START + 10 * DAY);
    expect(await states()).toEqual(['welcome sent 1', 'follow-up sent 1']);
    expect(await world.journal(lead)).not.toContain('touch.unconfirmed no-answer-from-ses');
  });

  it('nothing for ever: unconfirmed after the time to give up, never a second message', async () => {
    world.mailbox.control({ mode: 'timeoutBeforeAccept', count: 1 });
    await world.play(lead, START + 10 * DAY);
    expect(mailed()).toEqual(['About follow-up, Ada']);
    expect(await states()).toEqual(['welcome unconfirmed 1', 'follow-up sent 1']);
  });
});
