/**
 * Rep answers, reassignments, signals and the clock in the same instant, each twice and more, 20 at
 * once: whoever comes first, the rows and the lead's state say the same, and one answer has won.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { peekLead } from '../../src/store/states.ts';
import { getTask } from '../../src/store/tasks.ts';
import { openApi, START, type TestApi } from './support/api.ts';

const HOUR = 3_600_000;
/** The rungs of the example's `hot`, from 10:00: reassign, manager, recycle; and a minute of nothing. */
const MOMENTS = [0.5, 4, 6, 8];

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const advanceQuietly = (leadId: string): Promise<void> => api.advance(leadId).catch(() => undefined);

test.each(MOMENTS)('%s hours after the offer', { timeout: 120_000 }, async (hours) => {
  for (let round = 0; round < 6; round += 1) {
    api.now = START;
    const { leadId, task } = await api.offered(`race-${hours}-${round}@company-${hours * 10}-${round}.example`);
    const key = await api.keyOf(task.assignee);
    const others = ['lena.hartmann', 'tom.okafor'].map((name) => `${name}@northwind.example`);
    const to = others.find((rep) => rep !== task.assignee) ?? '';
    const otherKey = await api.keyOf(to);
    api.now = START + hours * HOUR;
    const facts = { timing: 'spring', objection: 'budget' };
    const signals = [{ id: `s-${hours}-${round}`, lead: { id: leadId }, type: 'page.pricing' }];
    const acts: (() => Promise<unknown>)[] = [
      ...Array.from({ length: 4 }, () => () => api.call(`POST /v1/tasks/${task.id}/accept`, { key })),
      ...Array.from({ length: 2 }, () => () => api.call(`POST /v1/tasks/${task.id}/accept`, { key: otherKey })),
      ...Array.from(
        { length: 4 },
        () => () => api.call(`POST /v1/tasks/${task.id}/reject`, { key, body: { reason: 'not-ready', facts } }),
      ),
      ...Array.from({ length: 3 }, () => () => api.call(`POST /v1/tasks/${task.id}/reassign`, { body: { to } })),
      ...Array.from({ length: 3 }, () => () => api.call('POST /v1/signals', { body: { signals } })),
      ...Array.from({ length: 4 }, () => () => advanceQuietly(leadId)),
    ];
    // Another order every round.
    const order = acts.map((act, i) => ({ act, at: (i * 7 + round * 11) % 20 })).sort((a, b) => a.at - b.at);
    const answers = await Promise.all(order.map(({ act }) => act()));
    for (let i = 0; i < 3; i += 1) await api.advance(leadId);

    const statuses = answers.flatMap((one) =>
      typeof one === 'object' && one !== null && 'status' in one ? [Number(one.status)] : [],
    );
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    const db = api.store.database.db;
    const row = await getTask(db, task.id);
    const state = (await peekLead(db, leadId))?.state;
    const custody = state?.custody;
    const journal = (await api.call(`GET /v1/leads/${leadId}/journal?limit=500`)).body.items as {
      type: string;
      seq: number;
    }[];
    const times = (type: string): number => journal.filter((entry) => entry.type === type).length;
    const said = { row: row?.state, who: custody?.who, offered: custody?.task !== undefined };
    if (row?.state === 'accepted') {
      expect(said).toEqual({ row: 'accepted', who: 'sales', offered: false });
      expect(custody?.rep).toBe(row.answeredBy);
      expect(row.assignee).toBe(row.answeredBy);
    } else if (row?.state === 'open') {
      expect(said).toEqual({ row: 'open', who: 'sales', offered: true });
      expect(custody?.rep).toBe(row.assignee);
    } else {
      expect(['rejected', 'expired']).toContain(row?.state);
      expect(custody?.who).not.toBe('sales');
    }
    // One end, said once.
    expect(times('handoff.accepted') + times('handoff.rejected') + times('handoff.breached')).toBe(
      row?.state === 'open' ? 0 : 1,
    );
    expect(times('signal.received')).toBe(1);
    expect(times('sla.breached')).toBeLessThanOrEqual(1);
    expect(journal.map((entry) => entry.seq).sort((a, b) => a - b)).toEqual(journal.map((_, i) => i + 1));
    // The rest of the ladder goes on from here, and the lead comes to an end.
    api.now = START + 9 * HOUR;
    await api.advance(leadId);
    if (row?.state === 'open') expect((await getTask(db, task.id))?.state).toBe('expired');
  }
});
