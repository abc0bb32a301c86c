/**
 * Puts what is mailed by the calendar into the outbox once its time has come. A mark in the store
 * says how far it got, so two of these do no harm, a change of hours counts at once, and what fell
 * into a time when nothing ran is made up for: reports all of them, a digest while its day lasts.
 */
import type { Clock } from '../clock.ts';
import { digestSlot, reportSlots } from '../core/mail-slots.ts';
import type { Playbook } from '../core/playbook.ts';
import { awayAt } from '../core/pools.ts';
import { type Instant, iso } from '../core/time.ts';
import { calendarOf } from '../core/view.ts';
import type { Logger } from '../log.ts';
import type { PlaybookCache } from '../playbook/index.ts';
import { type Repeating, startRepeating } from '../repeat.ts';
import { moveMark, readMarks } from '../store/mail-schedules.ts';
import { enqueue, type NewDelivery } from '../store/outbox.ts';
import { NOTIFY_DEFAULT, type RepRow } from '../store/reps.ts';
import type { Db } from '../store/schema.ts';
import { transact } from '../store/tx.ts';
import { everyRep } from './people.ts';

export interface PlanDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly playbooks: PlaybookCache;
  readonly log: Logger;
}

interface Due {
  readonly mark: string;
  readonly to: Instant;
  readonly rows: readonly NewDelivery[];
}

/** Looks once; answers how many mails were planned. */
export async function planMails({ db, clock, playbooks }: Omit<PlanDeps, 'log'>): Promise<number> {
  const now = clock.now();
  const playbook = await playbooks.current().catch(nothingApplied);
  if (playbook === null) return 0;
  const marks = await readMarks(db);
  const due = [
    ...[...(await everyRep(db, playbook)).values()].flatMap((rep) => digestDue(rep, playbook, marks, now)),
    ...reportDue(playbook, marks, now),
  ];
  let planned = 0;
  for (const { mark, to, rows } of due) {
    planned += await transact(db, async (tx) =>
      (await moveMark(tx, mark, marks.get(mark), to)) ? (await enqueue(tx, rows, now)).length : 0,
    );
  }
  return planned;
}

const nothingApplied = (error: unknown): null => {
  if (error instanceof Error && 'code' in error && error.code === 'no-playbook') return null;
  throw error;
};

function digestDue(rep: RepRow, playbook: Playbook, marks: ReadonlyMap<string, Instant>, now: Instant): Due[] {
  const { digest } = rep.notify ?? NOTIFY_DEFAULT;
  if (!rep.active || digest === 'none') return [];
  const slot = digestSlot(calendarOf(playbook, rep), now, digest);
  const mark = `digest:${rep.id}`;
  if (slot === undefined || now < slot.at || now >= slot.until || (marks.get(mark) ?? 0) >= slot.at) return [];
  if (awayAt(rep, now) !== undefined) return [];
  const payload = { mail: 'digest', rep: rep.id, day: slot.day };
  const row = { kind: 'mail', key: `${mark}:${slot.day}`, lane: `mail:rep:${rep.id}`, payload };
  return [{ mark, to: slot.at, rows: [row] }];
}

const REPORT = 'report:meeting';

function reportDue({ agreed, company }: Playbook, marks: ReadonlyMap<string, Instant>, now: Instant): Due[] {
  if (agreed?.report === undefined) return [];
  const before = marks.get(REPORT);
  // From the first look on: there is no report on a time before anybody asked for one.
  if (before === undefined) return [{ mark: REPORT, to: now, rows: [] }];
  const slots = reportSlots(agreed.report, company.timeZone, before, now);
  const last = slots.at(-1);
  if (last === undefined) return [];
  const teams = agreed.marketing === agreed.sales ? (['sales'] as const) : (['marketing', 'sales'] as const);
  const rows = slots.flatMap(({ from, at }) =>
    teams.map((team) => ({
      kind: 'mail',
      key: `${REPORT}:${iso(at)}:${team}`,
      payload: { mail: 'meeting-report', team, from: iso(from), to: iso(at) },
    })),
  );
  return [{ mark: REPORT, to: last.at, rows }];
}

/** Real ms between looks; sped up, more often, for days go by in seconds. */
const LOOK_MS = 30_000;
const LOOK_SPED_UP_MS = 100;

/** Looks again and again. A look that fails is logged and repeated. */
export const startPlanner = (deps: PlanDeps): Repeating =>
  startRepeating(() => planMails(deps), {
    everyMs: deps.clock.anchor.factor > 1 ? LOOK_SPED_UP_MS : LOOK_MS,
    atOnce: true,
    failed: (err) => deps.log.error({ err }, 'mails of the calendar could not be planned; it looks again'),
  });
