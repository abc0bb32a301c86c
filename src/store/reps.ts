/** Reps as the store knows them; one only named in a pool is active, on company hours. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Rep } from '../core/facts.ts';
import type { Instant } from '../core/time.ts';
import type { Db, RepsTable } from './schema.ts';
import { date, defined, readJson } from './values.ts';

export const workingHoursSchema = z.object({
  days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])),
  from: z.string(),
  to: z.string(),
  holidays: z.array(z.string()),
});

/** Dates (the rep's local days, both included) or ISO instants. */
export const awaySchema = z.array(z.object({ from: z.string(), to: z.string(), cover: z.string().optional() }));

/** What a rep wants to be mailed. */
export const notifySchema = z.object({
  /** Of tasks and leads: each as it comes, only in the digest, or not at all. */
  tasks: z.enum(['each', 'digest', 'none']),
  /** When the digest of a working day goes, local `HH:MM`, or `none`; absent: at the start of work. */
  digest: z.string().optional(),
});
export type RepNotify = z.infer<typeof notifySchema>;

/** What whoever said nothing gets. */
export const NOTIFY_DEFAULT: RepNotify = { tasks: 'each' };

export interface RepRow extends Rep {
  readonly notify?: RepNotify;
  readonly away: z.infer<typeof awaySchema>;
}

export function toRep(row: Pick<Selectable<RepsTable>, 'id' | 'name' | 'time_zone' | 'working_hours' | 'active'>): Rep {
  const rep = { id: row.id, name: row.name, timeZone: row.time_zone, active: row.active };
  if (row.working_hours === null) return rep;
  return { ...rep, workingHours: readJson(workingHoursSchema, row.working_hours, `rep ${row.id}`) };
}

/** Languages and places; what is absent is as anybody's. */
const chatSchema = z.object({ languages: z.array(z.string()).optional(), maxChats: z.number().int().optional() });

const toRow = (row: Selectable<RepsTable>): RepRow => ({
  ...toRep(row),
  ...defined(row.chat === null ? {} : readJson(chatSchema, row.chat, `rep ${row.id}`)),
  away: readJson(awaySchema, row.away, `rep ${row.id}`),
  ...(row.notify === null ? {} : { notify: readJson(notifySchema, row.notify, `rep ${row.id}`) }),
});

const chatOf = ({ languages, maxChats }: Pick<Rep, 'languages' | 'maxChats'>): string | null =>
  languages === undefined && maxChats === undefined ? null : JSON.stringify({ languages, maxChats });

/** Creates or replaces a rep. */
export async function putRep(
  tx: Db,
  rep: Omit<RepRow, 'away'> & { readonly away?: RepRow['away'] },
  now: Instant,
): Promise<'created' | 'updated'> {
  const values = {
    name: rep.name,
    time_zone: rep.timeZone,
    working_hours: rep.workingHours === undefined ? null : JSON.stringify(rep.workingHours),
    away: JSON.stringify(rep.away ?? []),
    chat: chatOf(rep),
    active: rep.active,
    notify: rep.notify === undefined ? null : JSON.stringify(rep.notify),
    updated_at: date(now),
  };
  const before = await tx.selectFrom('reps').select('id').where('id', '=', rep.id).executeTakeFirst();
  await tx
    .insertInto('reps')
    .values({ id: rep.id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  return before === undefined ? 'created' : 'updated';
}

export async function getRep(db: Db, id: string): Promise<RepRow | null> {
  const row = await db.selectFrom('reps').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toRow(row);
}

export async function listReps(db: Db): Promise<readonly RepRow[]> {
  const rows = await db.selectFrom('reps').selectAll().orderBy('id').execute();
  return rows.map(toRow);
}
