/**
 * Writing one decision: state, effects, touch and used inputs in the caller's transaction, guarded
 * by the sequence number the decision was made from.
 *
 * A touch costs two transactions: load and commit (7 statements with begin and commit), then the
 * commit of its result (6). On PGlite both together take 1.5 to 2 ms of CPU on the two-core machine
 * this was built on, so statements are not merged into one `with`, which Aurora DSQL may not take.
 */
import { CompiledQuery } from 'kysely';
import type { Decided, Effect, TouchRequest } from '../core/decision.ts';
import type { LeadState } from '../core/state.ts';
import type { Instant } from '../core/time.ts';
import { isOpen } from './enrollments.ts';
import { LaneConflict, SequenceConflict, sqlState, TaskConflict, TouchConflict } from './errors.ts';
import { putInputs } from './inbox.ts';
import { putNotices } from './notices.ts';
import { writeReportFacts } from './report-facts.ts';
import type { Db } from './schema.ts';
import { countPlaces } from './send-places.ts';
import { date, dateOrNull } from './values.ts';
import { type Listener, tellListeners } from './webhook-events.ts';

export interface CommitExtra {
  readonly now: Instant;
  /** Rendered title and body of each task the decision opens, by task id. */
  readonly tasks?: Readonly<Record<string, { readonly title: string; readonly body?: string | undefined }>>;
  /** Version in force when this was decided. */
  readonly playbook?: string | undefined;
  /** The lead's account, kept with its touches and tasks. */
  readonly accountId?: string | null | undefined;
  /** Names the attempt that takes the touch to `sending`, for `heldBy`. */
  readonly holder?: string | undefined;
  /** Address the touch goes to. */
  readonly toEmail?: string | undefined;
  /** Who is told of what this decision does. */
  readonly listeners?: readonly Listener[] | undefined;
  /** The mail service's id for the touch this decision ends as `sent`, kept as proof that it was taken. */
  readonly sesMessageId?: string | undefined;
  /** The subject that touch went out with. */
  readonly subject?: string | undefined;
}

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;
type Value = string | number | boolean | Date | null | readonly string[];

/** Runs a statement and returns its rows; raw text, since building these queries takes as long as running them. */
async function run(tx: Db, text: string, values: readonly Value[]): Promise<readonly unknown[]> {
  const result = await tx.executeQuery(CompiledQuery.raw(text, [...values]));
  return result.rows;
}

/** `($1, $2), ($3, $4)` for rows of equal length. */
function placeholders(rows: number, columns: number): string {
  const row = (n: number): string =>
    `(${Array.from({ length: columns }, (_, i) => `$${n * columns + i + 1}`).join(', ')})`;
  return Array.from({ length: rows }, (_, n) => row(n)).join(', ');
}

async function insert(
  tx: Db,
  head: string,
  rows: readonly (readonly Value[])[],
  tail = '',
): Promise<readonly unknown[]> {
  const first = rows[0];
  if (first === undefined) return [];
  return run(tx, `${head} values ${placeholders(rows.length, first.length)} ${tail}`, rows.flat());
}

/** Effects by kind, in their order. */
function group(effects: readonly Effect[]) {
  const of = <K extends Effect['kind']>(kind: K): Of<K>[] =>
    effects.filter((effect): effect is Of<K> => effect.kind === kind);
  return {
    journal: of('journal'),
    enrollments: of('enrollment'),
    opened: of('task.open'),
    closed: of('task.close'),
    assigned: of('task.assign'),
    accepted: of('task.accept'),
    counts: of('pool.count'),
    colleagues: of('colleague'),
    places: of('place.take'),
    skipped: of('touch.skip'),
    ended: of('touch.end'),
  };
}

const STATE = `update lead_states set seq = $3, state = $4, stage = $5, custody = $6, custodian = $7, due_at = $8,
  queue = $9, held = $10, updated_at = $11, playbook = coalesce($12, playbook),
  failing_since = null, failures = null, failure = null, left_to_send = coalesce($13, left_to_send), standing = coalesce($14, standing) where lead_id = $1 and seq = $2 returning lead_id`;

async function writeState(
  tx: Db,
  leadId: string,
  expected: number,
  decided: Decided,
  { now, playbook }: CommitExtra,
): Promise<void> {
  const { wake, held } = decided;
  const state: LeadState = { ...decided.state, seq: expected + 1 };
  const rows = await run(tx, STATE, [
    leadId,
    expected,
    state.seq,
    JSON.stringify(state),
    state.stage,
    state.custody.who,
    state.custody.who === 'sales' ? (state.custody.rep ?? null) : null,
    dateOrNull(wake?.at),
    wake?.queue ?? null,
    held ?? null,
    date(now),
    playbook ?? null,
    decided.left ?? null,
    decided.standing === undefined ? null : JSON.stringify(decided.standing),
  ]);
  if (rows.length === 0) throw new SequenceConflict(leadId, expected);
}

async function writeJournal(tx: Db, leadId: string, effects: readonly Of<'journal'>[]): Promise<void> {
  await insert(
    tx,
    'insert into journal (lead_id, seq, at, type, cadence, step, reason, actor, playbook, data)',
    effects.map(({ entry }) => [
      leadId,
      entry.seq,
      date(entry.at),
      entry.type,
      entry.cadence ?? null,
      entry.step ?? null,
      entry.reason ?? null,
      entry.by,
      entry.playbookVersion,
      JSON.stringify(entry.data),
    ]),
  );
}

async function writeEnrollments(tx: Db, leadId: string, effects: readonly Of<'enrollment'>[]): Promise<void> {
  // One row an enrollment, as it is in the end: one statement cannot update a row twice. Ended ones
  // first: a lane must be free before the next one takes it.
  const last = [...new Map(effects.map((effect) => [effect.id, effect])).values()];
  const sorted = last.toSorted((a, b) => Number(isOpen(a.state)) - Number(isOpen(b.state)));
  try {
    await insert(
      tx,
      `insert into enrollments (id, lead_id, cadence, lane, state, step, due_at, started_at, ended_at, playbook, open_marker)`,
      sorted.map((effect) => [
        effect.id,
        leadId,
        effect.cadence,
        effect.lane,
        effect.state,
        effect.step,
        dateOrNull(effect.dueAt),
        date(effect.startedAt),
        dateOrNull(effect.endedAt),
        effect.playbook,
        isOpen(effect.state) ? 'open' : null,
      ]),
      `on conflict (id) do update set state = excluded.state, step = excluded.step, due_at = excluded.due_at,
        started_at = excluded.started_at, ended_at = excluded.ended_at, playbook = excluded.playbook,
        open_marker = excluded.open_marker`,
    );
  } catch (error) {
    // 23505: the lane's marker is the table's only other unique key.
    if (sqlState(error) === '23505') throw new LaneConflict(leadId);
    throw error;
  }
}

async function openTasks(
  tx: Db,
  leadId: string,
  effects: readonly Of<'task.open'>[],
  { tasks: rendered = {}, accountId }: CommitExtra,
): Promise<void> {
  await insert(
    tx,
    `insert into tasks (id, lead_id, enrollment, cadence, step, handoff, kind, title, body, assignee, pool, priority,
      state, due_at, sla, accept_by, context, opened_at, account_id, role)`,
    effects.map(({ task }) => {
      const text = rendered[task.id] ?? task;
      return [
        task.id,
        leadId,
        task.enrollment ?? null,
        task.cadence ?? null,
        task.step ?? null,
        task.handoff ?? null,
        task.kind,
        text.title,
        text.body ?? null,
        task.assignee ?? null,
        task.pool ?? null,
        task.priority,
        'open',
        date(task.dueAt),
        task.sla?.name ?? null,
        dateOrNull(task.sla?.acceptBy),
        JSON.stringify(task.context),
        date(task.openedAt),
        accountId ?? null,
        task.role ?? null,
      ];
    }),
  );
}

const CLOSE = `update tasks set state = $2, closed_at = $3, reason = $4
  where id = $1 and state in ('open', 'accepted') returning id`;

const ACCEPT = `update tasks set state = 'accepted', accepted_at = $3, answered_by = $2, assignee = $2
  where id = $1 and state = 'open' returning id`;

const ASSIGN = `update tasks set assignee = $2, assigned_at = $3
  where id = $1 and state in ('open', 'accepted') and assignee is distinct from $2`;

async function writeTasks(tx: Db, effects: ReturnType<typeof group>): Promise<void> {
  for (const { id, by, at } of effects.accepted) {
    if ((await run(tx, ACCEPT, [id, by, date(at)])).length === 0) throw new TaskConflict(id);
  }
  for (const close of effects.closed) {
    const rows = await run(tx, CLOSE, [close.id, close.state, date(close.at), close.reason]);
    if (rows.length === 0) throw new TaskConflict(close.id);
  }
  // A reassignment that came too late changes nothing: the task's end is in the journal.
  for (const { id, assignee, at } of effects.assigned) {
    await run(tx, ASSIGN, [id, assignee, date(at)]);
  }
  const counts = new Map<string, readonly [string, string, number, number | null]>();
  for (const { pool, rep, by, turn } of effects.counts) {
    const key = `${pool} ${rep}`;
    const before = counts.get(key);
    counts.set(key, [pool, rep, (before?.[2] ?? 0) + by, turn ?? before?.[3] ?? null]);
  }
  await insert(
    tx,
    'insert into pool_counts (pool, rep, given, turn)',
    [...counts.values()],
    `on conflict (pool, rep) do update set given = pool_counts.given + excluded.given,
      turn = coalesce(excluded.turn, pool_counts.turn)`,
  );
}

const TOUCH_COLUMNS = `insert into touches (id, lead_id, enrollment, cadence, step, email, purpose, topic, playbook,
  due_at, decided_at, account_id, state, attempts, to_email, reason, ended_at, holder)`;

const touchRow = (leadId: string, touch: TouchRequest, accountId: string | null): readonly Value[] => [
  touch.id,
  leadId,
  touch.enrollment,
  touch.cadence,
  touch.step,
  touch.email,
  touch.purpose,
  touch.topic ?? null,
  touch.playbook,
  date(touch.dueAt),
  date(touch.at),
  accountId,
];

/** The row goes to `sending` from nothing or from `claimed`; from anywhere else it would be a repeat. */
const SEND = `on conflict (id) do update set state = 'sending', attempts = touches.attempts + 1,
  email = excluded.email, playbook = excluded.playbook, due_at = excluded.due_at, decided_at = excluded.decided_at,
  to_email = excluded.to_email, account_id = excluded.account_id,
  holder = excluded.holder, reason = null, detail = null
  where touches.state = 'claimed' returning id`;
const SKIP = `on conflict (id) do update set state = 'skipped', reason = excluded.reason, ended_at = excluded.ended_at
  where touches.state = 'claimed' returning id`;
/**
 * A late proof may still turn `unconfirmed` into `sent`, and what the mail service sent to nobody after all has
 * `failed`, whatever it was; every other end starts from `sending`. What was proven after it was loaded is not
 * parked: the conflict loads it again, with its proof.
 */
const END = `update touches set state = $2, ended_at = $3, detail = $4, ses_message_id = coalesce(ses_message_id, $5),
  accepted_at = coalesce(accepted_at, $6), subject = coalesce($8, subject), stage = coalesce(stage, $7),
  parked_at = coalesce(parked_at, $9)
  where id = $1 and ((state = 'sending' and ($2 <> 'unconfirmed' or accepted_at is null))
    or (state = 'unconfirmed' and $2 = 'sent')
    or ($2 = 'failed' and rejected_at is not null)) returning id`;

async function writeTouches(
  tx: Db,
  leadId: string,
  decided: Decided,
  effects: ReturnType<typeof group>,
  extra: CommitExtra,
): Promise<void> {
  const { accountId = null } = extra;
  for (const { touch, reason } of effects.skipped) {
    const row = [...touchRow(leadId, touch, accountId), 'skipped', 0, null, reason, date(touch.at), null];
    const rows = await insert(tx, TOUCH_COLUMNS, [row], SKIP);
    if (rows.length === 0) throw new TouchConflict(touch.id, 'claimed');
  }
  for (const { id, state, stage, at, detail } of effects.ended) {
    const proof = state === 'sent' ? (extra.sesMessageId ?? null) : null;
    const subject = proof === null ? null : (extra.subject ?? null);
    const endedAt = state === 'claimed' ? null : date(at);
    const accepted = proof === null ? null : date(at);
    const parked = state === 'unconfirmed' ? date(at) : null;
    const values = [id, state, endedAt, detail ?? null, proof, accepted, stage, subject, parked];
    const rows = await run(tx, END, values);
    if (rows.length === 0) throw new TouchConflict(id, 'sending');
  }
  const { touch } = decided;
  if (touch === undefined) return;
  const row = [
    ...touchRow(leadId, touch, accountId),
    'sending',
    1,
    extra.toEmail ?? null,
    null,
    null,
    extra.holder ?? null,
  ];
  const rows = await insert(tx, TOUCH_COLUMNS, [row], SEND);
  if (rows.length === 0) throw new TouchConflict(touch.id, 'claimed');
}

/**
 * Writes a decision made from sequence number `expectedSeq`; the caller's transaction makes it
 * whole. After a conflict the transaction must end: throw on, then load and decide again.
 * @returns the lead's new sequence number, which a following commit of the same run expects.
 * @throws SequenceConflict, TaskConflict, TouchConflict (never send then), LaneConflict.
 */
export async function commitDecision(
  tx: Db,
  leadId: string,
  expectedSeq: number,
  decided: Decided,
  extra: CommitExtra,
): Promise<number> {
  const effects = group(decided.effects);
  await writeState(tx, leadId, expectedSeq, decided, extra);
  await writeJournal(tx, leadId, effects.journal);
  await writeEnrollments(tx, leadId, effects.enrollments);
  await openTasks(tx, leadId, effects.opened, extra);
  await writeTasks(tx, effects);
  await writeTouches(tx, leadId, decided, effects, extra);
  await countPlaces(tx, effects.places);
  const entries = effects.journal.map(({ entry }) => entry);
  const told = effects.colleagues.map(({ lead, at, body }) => ({ leadId: lead, at, body }));
  await putInputs(tx, told, extra.now);
  // After the touches: a stage is the next one of those that ended in this very commit too.
  await writeReportFacts(tx, leadId, entries);
  await putNotices(tx, leadId, decided.notices ?? [], extra.now);
  await tellListeners(tx, leadId, entries, extra.listeners ?? [], extra.now);
  if (decided.applied.length > 0) {
    const used = 'update inbox set applied_seq = $1 where id = any($2) and applied_seq = 0';
    await run(tx, used, [expectedSeq + 1, decided.applied]);
    // Seldom: what was told of a time that had been decided already.
    for (const id of decided.applied) {
      const takenAt = decided.late?.[id];
      if (takenAt !== undefined) await run(tx, 'update inbox set taken_at = $2 where id = $1', [id, date(takenAt)]);
    }
  }
  return expectedSeq + 1;
}
