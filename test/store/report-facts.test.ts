/** Whose an offer is: what the commits keep of the journal for the reports. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeReportFacts } from '../../src/store/report-facts.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';

const T = Date.UTC(2026, 10, 24, 9);
const [LENA, TOM, INES] = ['lena@northwind.example', 'tom@northwind.example', 'ines@northwind.example'];

let store: TestDatabase;
beforeAll(async () => {
  store = await withDatabase();
});
afterAll(() => store.close());

interface Told {
  readonly type: string;
  readonly by?: string;
  readonly data: Readonly<Record<string, unknown>>;
}
const offered: Told = { type: 'handoff.offered', data: { handoff: 'warm', pool: 'emea', rep: LENA, acceptBy: T + 10 } };
const late = (clock: string, rep: string | null): Told => ({
  type: 'sla.breached',
  data: { clock, team: 'sales', rep },
});

/** The row of an offer after these entries, each of a commit of its own or all of one. */
async function offerAfter(name: string, entries: readonly Told[], apart: boolean) {
  const lead = `${name} ${apart}`;
  const journal = entries.map((entry, i) => ({ by: 'rule', ...entry, seq: i + 1, at: T + i, reason: null }));
  for (const part of apart ? journal.map((entry) => [entry]) : [journal])
    await transact(store.database.db, (tx) => writeReportFacts(tx, lead, part));
  return store.database.db.selectFrom('handoffs').selectAll().where('lead_id', '=', lead).executeTakeFirstOrThrow();
}

it.each<[string, Told[], Record<string, unknown>]>([
  ['stays with who got it', [offered], { rep: LENA, late_rep: null }],
  [
    'goes to the next rep by the ladder, and the first has let it lie',
    [offered, late('accept', LENA), { type: 'handoff.reassigned', data: { from: LENA, to: TOM } }],
    { rep: TOM, late_rep: LENA },
  ],
  [
    'goes to the manager',
    [offered, late('accept', LENA), { type: 'handoff.escalated', data: { from: LENA, to: INES } }],
    { rep: INES, late_rep: LENA },
  ],
  ['goes where a person sends it', [offered, { type: 'task.reassigned', data: { to: TOM, lead: true } }], { rep: TOM }],
  [
    'does not follow a task that is not the offer',
    [offered, { type: 'task.reassigned', data: { to: TOM, lead: false } }],
    { rep: LENA },
  ],
  ['follows its lead', [offered, { type: 'lead.assigned', data: { from: LENA, to: TOM, lead: true } }], { rep: TOM }],
  [
    'stays when only tasks of a rep who left go on',
    [offered, { type: 'lead.assigned', data: { from: INES, to: TOM, lead: false } }],
    { rep: LENA },
  ],
  [
    'is whose answer it was, and the clock of the first touch is that one’s',
    [
      offered,
      { type: 'handoff.accepted', by: TOM, data: { workedMs: 5, firstTouchBy: T + 99 } },
      late('firstTouch', TOM),
      { type: 'lead.assigned', data: { to: INES, lead: true } },
      { type: 'handoff.touched', by: INES, data: {} },
    ],
    { rep: INES, accepted_by: TOM, touch_by: T + 99, touch_late_rep: TOM, touched_at: T + 4 },
  ],
  ['waited in its pool with nobody', [offered, late('accept', null)], { rep: LENA, late_rep: 'nobody' }],
])('an offer %s', async (name, entries, expected) => {
  for (const apart of [true, false]) expect(await offerAfter(name, entries, apart)).toMatchObject(expected);
});
