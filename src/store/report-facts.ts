/**
 * What reports count, taken from the journal in the commit that writes it: a report reads small
 * tables with plain columns, never the JSON of millions of entries.
 */
import { CompiledQuery } from 'kysely';
import { z } from 'zod';
import type { JournalEntry } from '../core/decision.ts';
import { joinedIn, nameOfJoined, reachedIn } from '../core/experiments/entries.ts';
import { DAY } from '../core/time.ts';
import { stopArmIfDue } from './experiment-guard.ts';
import type { Db } from './schema.ts';

/** An entry as a commit writes it, or as the store has kept it. */
type Entry = Pick<JournalEntry, 'seq' | 'at' | 'by' | 'data'> & {
  readonly type: string;
  readonly reason?: string | null;
};
type Value = string | number | Date | null;

const stageData = z.object({ to: z.string() });
const labelData = z.object({ label: z.string() });
const activityData = z.object({ kind: z.string() });
const signalData = z.object({ type: z.string(), signalAt: z.number() });
const offerData = z.object({
  handoff: z.string(),
  pool: z.string(),
  rep: z.string().nullable(),
  acceptBy: z.number(),
});
const acceptData = z.object({ workedMs: z.number().optional(), firstTouchBy: z.number().optional() });
const movedData = z.object({ to: z.string() });
/** A person moved a task or a lead: `lead` says whether the lead's custodian changed with it. */
const movedByPersonData = movedData.extend({ lead: z.boolean().optional() });
const clockData = z.object({ clock: z.string(), rep: z.string().nullish() });
const returnData = z.object({ returnReason: z.string(), facts: z.record(z.string(), z.string()) });
const custodyData = z.object({ from: z.string() });

/** An entry that tells too little is left out: a lead must never stand still for a report. */
const read = <T>(schema: z.ZodType<T>, data: unknown): T | undefined => {
  const parsed = schema.safeParse(data);
  return parsed.success ? parsed.data : undefined;
};

/** Columns of `handoffs` that an entry sets, once each: what is set stays. Only who has the lead changes. */
type Patch = Record<string, Value>;
const CHANGES = 'rep';

interface Offer {
  readonly seq: number;
  readonly row: Patch;
  open: boolean;
}

/** A milestone: group of an experiment and what it asks for, stage entered, label gained, something of a meeting, an activity of sales, marketing's own SLA. */
function milestoneOf({ type, at, reason, data }: Entry): { kind: string; name: string; at: number } | undefined {
  switch (type) {
    case 'stage.changed': {
      // A merged lead's own entry into the stage counts.
      if (reason === 'merged') return undefined;
      const stage = read(stageData, data);
      return stage && { kind: 'stage', name: stage.to, at };
    }
    case 'label.gained': {
      const gained = read(labelData, data);
      return gained && { kind: 'label', name: gained.label, at };
    }
    case 'signal.received': {
      const signal = read(signalData, data);
      return signal?.type.startsWith('meeting.')
        ? { kind: 'signal', name: signal.type, at: signal.signalAt }
        : undefined;
    }
    case 'activity.logged': {
      const activity = read(activityData, data);
      return activity && { kind: 'activity', name: activity.kind, at };
    }
    case 'step.split':
    case 'experiment.joined': {
      const joined = joinedIn({ type, data });
      return joined && { kind: 'experiment', name: nameOfJoined(joined), at };
    }
    case 'experiment.reached': {
      const reached = reachedIn({ type, data });
      return reached && { kind: `experiment ${reached.what}`, name: reached.experiment, at };
    }
    case 'sla.kept':
    case 'sla.breached': {
      const clock = read(clockData, data)?.clock;
      return clock === 'resume' ? { kind: 'sla', name: `resume ${type.slice('sla.'.length)}`, at } : undefined;
    }
    default:
      return undefined;
  }
}

/** What an entry says about the lead's open handoff. */
function patchOf(entry: Entry): Patch | undefined {
  const at = new Date(entry.at);
  switch (entry.type) {
    case 'handoff.accepted': {
      const { workedMs, firstTouchBy } = read(acceptData, entry.data) ?? {};
      const accepted = { accepted_at: at, accepted_by: entry.by, worked_ms: workedMs ?? null };
      const touch_by = firstTouchBy === undefined ? null : new Date(firstTouchBy);
      // Whoever answers has it; a key that answers does so for the rep.
      return { ...accepted, touch_by, ...(entry.by.includes('@') ? { rep: entry.by } : {}) };
    }
    case 'handoff.touched':
      return { touched_at: at };
    case 'handoff.reassigned':
    case 'handoff.escalated': {
      const moved = read(movedData, entry.data);
      return moved && { rep: moved.to };
    }
    case 'lead.assigned':
    case 'task.reassigned': {
      const moved = read(movedByPersonData, entry.data);
      return moved?.lead === true ? { rep: moved.to } : undefined;
    }
    case 'sla.breached': {
      const late = read(clockData, entry.data);
      // `nobody` where no rep had it, so that a later rep is not blamed.
      if (late?.clock === 'accept') return { late_rep: late.rep ?? 'nobody' };
      return late?.clock === 'firstTouch' ? { touch_late_rep: late.rep ?? 'nobody' } : undefined;
    }
    case 'handoff.breached':
      return { breached_at: at };
    case 'handoff.rejected':
    case 'lead.returned': {
      const returned = read(returnData, entry.data);
      return returned && { return_reason: returned.returnReason, facts: JSON.stringify(returned.facts) };
    }
    case 'custody.changed':
      return read(custodyData, entry.data)?.from === 'sales'
        ? { ended_at: at, ended: entry.reason ?? null }
        : undefined;
    default:
      return undefined;
  }
}

function merge(into: Patch, patch: Patch): void {
  for (const [column, value] of Object.entries(patch)) {
    if (column === CHANGES) into[column] = value;
    else into[column] ??= value;
  }
}

const run = (tx: Db, text: string, values: readonly Value[]): Promise<unknown> =>
  tx.executeQuery(CompiledQuery.raw(text, [...values]));

async function insert(tx: Db, table: string, rows: readonly Patch[]): Promise<void> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return;
  const values = rows.map((_, n) => `(${columns.map((__, i) => `$${n * columns.length + i + 1}`).join(', ')})`);
  await run(
    tx,
    `insert into ${table} (${columns.join(', ')}) values ${values.join(', ')}`,
    rows.flatMap((row) => columns.map((column) => row[column] ?? null)),
  );
}

/** Closes or changes the handoff that an earlier commit opened; without one there is nothing to do. */
async function patchOpen(tx: Db, leadId: string, patch: Patch): Promise<void> {
  const columns = Object.keys(patch);
  if (columns.length === 0) return;
  const sets = columns.map((column, i) =>
    column === CHANGES ? `${column} = $${i + 2}` : `${column} = coalesce(${column}, $${i + 2})`,
  );
  await run(tx, `update handoffs set ${sets.join(', ')} where lead_id = $1 and ended_at is null`, [
    leadId,
    ...Object.values(patch),
  ]);
}

/** The emails of the last 30 days learn which stage came next; one of that very instant went because of it. */
const NEXT_STAGE = `update touches set next_stage = $2
  where lead_id = $1 and state in ('sent', 'unconfirmed') and next_stage is null
    and ended_at < $3 and ended_at >= $4`;
const FOLLOWED_MS = 30 * DAY;

/** Writes the milestones and handoffs that these entries of one lead, in their order, tell of. */
export async function writeReportFacts(tx: Db, leadId: string, entries: readonly Entry[]): Promise<void> {
  const milestones: Patch[] = [];
  const offers: Offer[] = [];
  const stored: Patch = {};
  for (const entry of entries) {
    const milestone = milestoneOf(entry);
    if (milestone) {
      const { kind, name, at } = milestone;
      milestones.push({ lead_id: leadId, seq: entry.seq, at: new Date(at), kind, name });
      if (kind === 'stage') await run(tx, NEXT_STAGE, [leadId, name, new Date(at), new Date(at - FOLLOWED_MS)]);
    }
    const offered = entry.type === 'handoff.offered' ? read(offerData, entry.data) : undefined;
    if (offered) {
      const { handoff, pool, rep, acceptBy } = offered;
      const offered_at = new Date(entry.at);
      const row = { lead_id: leadId, seq: entry.seq, handoff, pool, rep, offered_at, accept_by: new Date(acceptBy) };
      offers.push({ seq: entry.seq, row, open: true });
      continue;
    }
    const patch = patchOf(entry);
    if (!patch) continue;
    const open = offers.at(-1);
    if (open === undefined) merge(stored, patch);
    else if (open.open) merge(open.row, patch);
    if (open && 'ended_at' in patch) open.open = false;
  }
  await insert(tx, 'milestones', milestones);
  for (const entry of entries) {
    const reached = reachedIn(entry);
    if (reached) await stopArmIfDue(tx, reached, entry.at);
  }
  await patchOpen(tx, leadId, stored);
  await insert(
    tx,
    'handoffs',
    offers.map(({ row }) => row),
  );
}
