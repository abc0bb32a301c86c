import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Request } from '../../src/core/decide.ts';
import type { Decided } from '../../src/core/decision.ts';
import { recordingSchema } from '../../src/core/replay/recording.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { KEPT_DAYS, keepSome, listRecordedWakes } from '../../src/store/recorded-wakes.ts';
import { transact } from '../../src/store/tx.ts';
import { PlayedLead } from '../core/support/lead.ts';
import { always, cadence, playbook } from '../core/support/playbook.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';
import { quietLog } from '../support/temporal.ts';
import { NOW } from './fixtures.ts';

/** What is asked and answered about a lead as it comes in. */
function aDecision(now = NOW): { request: Request; decided: Decided } {
  const guide = cadence('guide', { entry: { when: always, again: { kind: 'once' } } });
  const lead = new PlayedLead(playbook({ cadences: { guide } }), now, { leadId: randomUUID() });
  const asked: { request: Request; decided: Decided }[] = [];
  lead.onDecision = (decided, request) => asked.push({ request, decided });
  lead.look();
  const [first] = asked;
  if (first === undefined) throw new Error('nothing was decided');
  return first;
}

describe.each(testDatabases)('wakes kept on %s', (kind) => {
  let store: TestDatabase;
  beforeAll(async () => {
    store = await withDatabase(kind);
  });
  afterAll(() => store.close());
  const keep = async (record: ReturnType<typeof keepSome>, { request, decided }: ReturnType<typeof aDecision>) =>
    transact(store.database.db, (tx) => record(tx, request, decided));
  const kept = async () => (await listRecordedWakes(store.database.db, { limit: 500 })).items;

  it('come back as recordings, the newest first and page by page, and go after a fortnight', async () => {
    const record = keepSome({ log: quietLog, saved: 60 });
    const times = [NOW - KEPT_DAYS * DAY, NOW - DAY, NOW - HOUR, NOW];
    for (const at of times.slice(0, 3)) await keep(record, aDecision(at));
    const first = await listRecordedWakes(store.database.db, { limit: 2 });
    const rest = await listRecordedWakes(store.database.db, { limit: 2, cursor: first.next ?? '' });
    expect([...first.items, ...rest.items].map(({ at }) => at)).toEqual(times.slice(0, 3).toReversed());
    expect(rest.next).toBeNull();
    for (const { id, recording } of first.items) expect(recordingSchema.parse(recording).id).toBe(id);
    await keep(record, aDecision(NOW + 1));
    expect((await kept()).map(({ at }) => at)).toEqual([NOW + 1, NOW - HOUR, NOW - DAY]);
  });

  it('are one a minute, and sixty at once after a long quiet', async () => {
    const before = (await kept()).length;
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    try {
      const record = keepSome({ log: quietLog });
      for (let n = 0; n < 3; n += 1) await keep(record, aDecision());
      expect(await kept()).toHaveLength(before + 1);
      vi.setSystemTime(NOW + 60_000);
      for (let n = 0; n < 3; n += 1) await keep(record, aDecision());
      expect(await kept()).toHaveLength(before + 2);
      vi.setSystemTime(NOW + 3 * 24 * 3_600_000);
      for (let n = 0; n < 70; n += 1) await keep(record, aDecision());
      expect(await kept()).toHaveLength(before + 62);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that cannot be recorded stop no decision', async () => {
    const before = (await kept()).length;
    const { request, decided } = aDecision();
    const strange = { ...request, facts: { ...request.facts, createdAt: Number.NaN } };
    await keep(keepSome({ log: quietLog }), { request: strange, decided });
    expect(await kept()).toHaveLength(before);
  });

  it('are none where nothing was decided', async () => {
    const before = (await kept()).length;
    const { request, decided } = aDecision();
    await keep(keepSome({ log: quietLog }), { request, decided: { ...decided, effects: [], applied: [] } });
    expect(await kept()).toHaveLength(before);
  });
});
