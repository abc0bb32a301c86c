/** A domain that warms up, under races: leads that come to their email at once never pass the day's limit. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { dateOf, localDay } from '../../src/core/calendar.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { DAY } from '../../src/core/time.ts';
import { warmingDomains } from '../../src/core/warm-up.ts';
import { REPORTS, runReport } from '../../src/store/reports/index.ts';
import { warmUpsNow } from '../../src/store/send-places.ts';
import { openWorld, playUntil, START, type World, warmUp } from '../support/world.ts';

const LEADS = 20;
/** START is a Tuesday. */
const rule = { from: '2026-11-24', days: [5, 8, 30, 30, 30], perReceiver: [3, 6, 20, 20, 20] };

const playbook = { ...warmUp, hash: 'warming', sending: { warmUp: { 'northwind.example': rule } } };
let world: World;
beforeEach(async () => {
  world = await openWorld({ playbook });
});
afterEach(() => world.close());

it('lets as many go a day as it may, and every other lead on the first day with room', async () => {
  const leads: string[] = [];
  for (let n = 0; n < LEADS; n++) leads.push(await world.lead(`p-${n}@${n % 2 === 0 ? 'acme' : 'other'}.example`));
  const advance = createAdvance(world.deps);
  const due = await Promise.all(leads.map((id) => advance(id, { maySend: false })));
  world.now = Math.max(...due.map(({ w }) => w?.t ?? 0));
  await Promise.all(leads.map((id) => advance(id, { maySend: true })));

  expect(await perDay()).toEqual({ '2026-11-24': 5 });
  const waits = await Promise.all(leads.map((id) => world.journal(id)));
  expect(waits.filter((lines) => lines.includes('touch.deferred warming-up'))).toHaveLength(LEADS - 5);
  // Their places are known on the spot.
  const places = await world.database.db
    .selectFrom('send_places')
    .select(['day', 'receiver', 'taken'])
    .orderBy('day')
    .orderBy('receiver')
    .execute();
  expect(places.filter(({ receiver }) => receiver === '*')).toEqual([
    { day: '2026-11-24', receiver: '*', taken: 5 },
    { day: '2026-11-25', receiver: '*', taken: 8 },
    { day: '2026-11-26', receiver: '*', taken: 7 },
  ]);
  for (const { day, receiver, taken } of places) {
    if (receiver !== '*')
      expect(taken).toBeLessThanOrEqual(rule.perReceiver[day === '2026-11-24' ? 0 : day === '2026-11-25' ? 1 : 2] ?? 0);
  }

  const { db } = world.database;
  expect(await warmUpsNow(db, playbook, ['northwind.example'], world.now)).toEqual(
    new Map([
      ['northwind.example', { day: '2026-11-24', limit: 5, taken: 5, waiting: LEADS - 5, lastDay: '2026-11-28' }],
    ]),
  );
  const span = { from: new Date(START - DAY), to: new Date(world.now), now: new Date(world.now) };
  const finding = async (of: Pick<Playbook, 'sending'>) => {
    const context = { ...span, stages: [], won: 'customer', goals: undefined, model: undefined };
    const { tables } = await runReport(db, REPORTS.health, { ...context, warming: warmingDomains(of) });
    return tables['findings']?.find((one) => one['finding'] === 'warming-up');
  };
  // Two later days have touches.
  expect(await finding(playbook)).toMatchObject({ n: 2, example: 'northwind.example' });
  // The days that were given stay; they are nothing to see to once the playbook has no warm-up any more.
  expect(await finding({})).toMatchObject({ n: 0, example: null });

  await playUntil(world, leads, START + 20 * DAY);
  const sent = await perDay();
  expect(Object.values(sent).reduce((a, b) => a + b)).toBe(2 * LEADS);
  expect(sent).toMatchObject({ '2026-11-24': 5, '2026-11-25': 8, '2026-11-26': 7 });
});

it('takes no second place for a touch that is refused and goes on the same day', async () => {
  const lead = await world.lead('ada@acme.example');
  world.mailbox.control({ mode: 'throttle', count: 2 });
  await world.play(lead, START + 12 * 3_600_000);
  expect(await world.journal(lead)).toContain('touch.refused throttled');
  expect((await world.touches(lead)).map(({ state }) => state)).toEqual(['sent']);
  const rows = await world.database.db.selectFrom('send_places').select('taken').execute();
  expect(rows.map(({ taken }) => taken)).toEqual([1, 1]);
});

async function perDay(): Promise<Record<string, number>> {
  const rows = await world.database.db
    .selectFrom('touches')
    .select('decided_at as at')
    .where('state', '=', 'sent')
    .execute();
  const days = Map.groupBy(rows, ({ at }) => dateOf(localDay('Europe/London', at)));
  return Object.fromEntries([...days].map(([day, all]) => [day, all.length]));
}
