/**
 * Fills what reports read (milestones, handoffs, the stage on touches) and the accounts of rows that
 * are older than those tables and columns, from the journal. Per lead and repeatable: a crash, or a
 * commit of the lead meanwhile, leaves nothing half done.
 */
import { CompiledQuery } from 'kysely';
import { z } from 'zod';
import { ensureAccounts } from './accounts.ts';
import { type JournalRow, listJournal } from './journal.ts';
import { lineage } from './lead-aliases.ts';
import { readMeta, writeMeta } from './meta.ts';
import { writeReportFacts } from './report-facts.ts';
import type { Db } from './schema.ts';
import { transact } from './tx.ts';

/** Raise it when reports take more from the journal than before: all leads are then read once more. */
const VERSION = 1;
const KEY = 'facts';
const PAGE = 200;

const cameFrom = z.object({ from: z.string() });

/** Where it is: all leads up to `after` have the facts of `version`; without `after` all have. */
const progressSchema = z.object({ version: z.int(), after: z.string().optional() });
type Progress = z.infer<typeof progressSchema>;

async function journalOf(tx: Db, leadId: string): Promise<JournalRow[]> {
  const entries: JournalRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await listJournal(tx, leadId, { limit: 100, cursor });
    entries.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  // Those of leads merged into it are numbered below its own.
  return entries.map((entry, n) => (entry.leadId === leadId ? entry : { ...entry, seq: n - entries.length }));
}

/** Makes the facts of one lead anew, from its whole journal. */
export async function refill(tx: Db, leadId: string): Promise<void> {
  // Commits of this lead write the same row first, so they wait for this or this reads what they wrote.
  const lead = await tx
    .selectFrom('lead_states')
    .select('stage')
    .where('lead_id', '=', leadId)
    .forUpdate()
    .executeTakeFirst();
  if (lead?.stage == null) return;
  // A merge has put two leads' facts together already, by a version that writes them.
  if ((await lineage(tx, leadId)).length > 1) return;
  const entries = await journalOf(tx, leadId);
  await tx.deleteFrom('milestones').where('lead_id', '=', leadId).execute();
  await tx.deleteFrom('handoffs').where('lead_id', '=', leadId).execute();
  const moves = entries.filter(({ type }) => type === 'stage.changed');
  const first = cameFrom.safeParse(moves[0]?.data).data?.from ?? lead.stage;
  await tx
    .updateTable('touches')
    .set({ stage: first, next_stage: null })
    .where('lead_id', '=', leadId)
    .where('ended_at', 'is not', null)
    .execute();
  for (const { at, data } of moves) {
    const stage = `update touches set stage = $2 where lead_id = $1 and ended_at >= $3`;
    const to = z.object({ to: z.string() }).safeParse(data).data?.to;
    if (to !== undefined) await tx.executeQuery(CompiledQuery.raw(stage, [leadId, to, new Date(at)]));
  }
  await writeReportFacts(tx, leadId, entries);
}

const readProgress = async (db: Db): Promise<Progress | undefined> => {
  const text = await readMeta(db, KEY);
  return text === null ? undefined : progressSchema.parse(JSON.parse(text));
};

/**
 * Brings the facts of all leads up to this version, page by page; answers how many leads it looked at.
 * Does nothing when they are. `onLeads` is told how many are done.
 */
export async function backfill(db: Db, onLeads: (done: number) => void = () => {}): Promise<number> {
  const before = await readProgress(db);
  if (before?.version === VERSION && before.after === undefined) return 0;
  let after = before?.version === VERSION ? (before.after ?? '') : '';
  let done = 0;
  for (;;) {
    const leads = await db
      .selectFrom('leads')
      .select(['id', 'domain', 'company', 'created_at'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    const last = leads.at(-1);
    if (last === undefined) break;
    await transact(db, (tx) =>
      ensureAccounts(
        tx,
        leads.map(({ domain, company }) => ({ domain, name: company })),
        last.created_at,
      ),
    );
    for (const { id } of leads) await transact(db, (tx) => refill(tx, id));
    after = last.id;
    done += leads.length;
    onLeads(done);
    await writeMeta(db, KEY, JSON.stringify({ version: VERSION, after } satisfies Progress));
  }
  await writeMeta(db, KEY, JSON.stringify({ version: VERSION } satisfies Progress));
  return done;
}
