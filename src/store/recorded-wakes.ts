/** Wakes kept as they were decided, for the gate before an upgrade: some of them, and not for long. */
import { z } from 'zod';
import type { Request } from '../core/decide.ts';
import type { Decided } from '../core/decision.ts';
import { recordingOf } from '../core/replay/recording.ts';
import { DAY, type Instant, MINUTE } from '../core/time.ts';
import type { Logger } from '../log.ts';
import { VERSION } from '../version.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db } from './schema.ts';
import { at, date, readJson } from './values.ts';

/** In real time: what a process saves up while it decides little, and how soon it may keep another one. */
const SAVED_UP = 60;
const EVERY_MS = MINUTE;
/** Days on the store's clock that a recording is kept: an upgrade a fortnight has some of every weekday. */
export const KEPT_DAYS = 14;
/** Old ones that go with each that comes. */
const GONE_AT_ONCE = 20;

/**
 * Keeps at most one decision a minute and process, and up to 60 at once when it has decided little before: a small
 * installation's all, a busy one's some of everything that goes on. A process that lives for a minute, as functions
 * do, keeps one. A recording that cannot be made costs no decision: it is left out, and logged.
 * @param saved how many it may keep at once to begin with
 */
export function keepSome({ log, saved: begin = 1 }: { readonly log: Logger; readonly saved?: number }) {
  let saved = begin;
  let since = Date.now();
  return async (tx: Db, request: Request, decided: Decided): Promise<void> => {
    const real = Date.now();
    saved = Math.min(SAVED_UP, saved + (real - since) / EVERY_MS);
    since = real;
    // What changed nothing says nothing.
    if (saved < 1 || decided.effects.length + decided.applied.length === 0) return;
    saved -= 1;
    let document: string;
    let id: string;
    try {
      const recording = recordingOf(request, decided, VERSION);
      id = recording.id;
      document = JSON.stringify(recording);
    } catch (err) {
      const { leadId } = request.facts;
      // The words of such an error may quote what a person entered.
      log.warn({ leadId, error: err instanceof Error ? err.name : 'unknown' }, 'a wake could not be recorded');
      return;
    }
    await putRecording(tx, { id, leadId: request.facts.leadId, at: request.now, document });
  };
}

interface ToKeep {
  readonly id: string;
  readonly leadId: string;
  readonly at: Instant;
  readonly document: string;
}

async function putRecording(tx: Db, { id, leadId, at: now, document }: ToKeep): Promise<void> {
  await tx
    .insertInto('recorded_wakes')
    .values({ id, lead_id: leadId, at: date(now), volley: VERSION, document })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const old = await tx
    .selectFrom('recorded_wakes')
    .select('id')
    .where('at', '<', at(now - KEPT_DAYS * DAY))
    .orderBy('at')
    .limit(GONE_AT_ONCE)
    .execute();
  if (old.length === 0) return;
  const ids = old.map((row) => row.id);
  await tx.deleteFrom('recorded_wakes').where('id', 'in', ids).execute();
}

export interface RecordedWake {
  readonly id: string;
  readonly leadId: string;
  readonly at: Instant;
  readonly volley: string;
  readonly recording: Readonly<Record<string, unknown>>;
}

const documentSchema = z.record(z.string(), z.unknown());
const LIST = 'recorded-wakes';

/** The newest first. @throws VolleyError `bad-cursor` */
export async function listRecordedWakes(db: Db, request: PageRequest): Promise<Page<RecordedWake>> {
  const limit = pageLimit(request);
  const after = decodeCursor(LIST, request.cursor, ['instant', 'text']);
  let query = db
    .selectFrom('recorded_wakes')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (after !== null) {
    const [time, id] = [Number(after[0]), String(after[1])];
    query = query.where((eb) => eb.or([eb('at', '<', at(time)), eb.and([eb('at', '=', at(time)), eb('id', '<', id)])]));
  }
  const rows = await query.execute();
  return toPage(
    LIST,
    rows,
    limit,
    (row) => [row.at, row.id],
    (row) => ({
      id: row.id,
      leadId: row.lead_id,
      at: row.at,
      volley: row.volley,
      recording: readJson(documentSchema, row.document, `recorded wake ${row.id}`),
    }),
  );
}
