/** Leads merged while the engine is in the middle of a touch: it ends once, in the survivor's ledger. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdvancePoint } from '../../activities/advance.ts';
import { DAY } from '../../src/core/time.ts';
import { mergeLead } from '../../src/store/merge-leads.ts';
import { peekLead } from '../../src/store/states.ts';
import { transact } from '../../src/store/tx.ts';
import { openWorld, START, type World, warmUp } from '../support/world.ts';

let world: World;
let into: string;
let from: string;

beforeEach(async () => {
  world = await openWorld();
  into = await world.lead('ada@acme.example');
  from = await world.lead('ada.old@acme.example');
});
afterEach(() => world.close());

const merge = (): Promise<void> =>
  transact(world.database.db, (tx) =>
    mergeLead(tx, from, into, { playbooks: { current: warmUp, get: () => warmUp }, now: world.now, by: 'boss' }),
  );
const at = (point: AdvancePoint) => ({
  onPoint: async (reached: AdvancePoint, { leadId }: { leadId: string }) => {
    if (reached === point && leadId === from) await merge();
  },
});
const ledger = async (): Promise<string[]> =>
  (await world.touches(into)).map((touch) => `${touch.step} ${touch.state} ${touch.attempts}`);
const mailed = (): (string | undefined)[] => world.mailbox.messages().map((message) => message.subject);

describe('a merge while a message is on its way', () => {
  it.each(['sending-committed', 'accepted'] as const)('at %s: it is sent, once, and known to be', async (point) => {
    await world.play(into, START);
    await world.play(from, START + DAY, at(point));
    expect(await peekLead(world.database.db, from)).toBeNull();
    await world.play(into, START + 10 * DAY);
    expect(mailed()).toEqual(['About welcome, Ada', 'About follow-up, Ada']);
    // The survivor's own run skips what the other one got.
    expect((await ledger()).sort()).toEqual(['follow-up sent 1', 'welcome sent 1', 'welcome skipped 0']);
    expect((await world.touches(into)).filter((touch) => touch.state === 'sending')).toEqual([]);
  });

  it('refused before it: the run goes on as the survivor’s, and the touch is tried again under its own id', async () => {
    await world.play(into, START);
    const [run] = (await peekLead(world.database.db, into))?.state?.enrollments ?? [];
    await world.put(into, { kind: 'enrollment.control', enrollment: run?.id ?? '', action: 'stop', by: 'boss' });
    await world.play(into, START);
    world.mailbox.control({ mode: 'throttle', count: 1 });
    const stopped = { onPoint: async (point: AdvancePoint) => (point === 'recorded' ? merge() : undefined) };
    await world.play(from, START + DAY, stopped);
    expect(await ledger()).toEqual(['welcome claimed 1']);
    await world.play(into, START + 10 * DAY);
    expect(await ledger()).toEqual(['welcome sent 2', 'follow-up sent 1']);
    expect(mailed()).toHaveLength(2);
  });
});
