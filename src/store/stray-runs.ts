/**
 * Rows of open enrollments that a lead's state knows nothing of, and that no input in its inbox is about: two
 * restores of different age, or a row changed by hand, leave such a row. It keeps its lane from every other run.
 */
import { CompiledQuery } from 'kysely';
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import { putInputs } from './inbox.ts';
import type { Db } from './schema.ts';
import { date, readJson } from './values.ts';

const knownSchema = z.looseObject({ enrollments: z.array(z.looseObject({ id: z.string() })) });
const inputSchema = z.looseObject({ enrollment: z.string().optional() });

/**
 * Ends them, and puts an input that says so into the lead's journal at its next decision.
 * @returns the ids of those that were ended
 */
export async function endStrayRuns(tx: Db, leadId: string, now: Instant): Promise<readonly string[]> {
  const { rows } = await tx.executeQuery<{ state: string | null }>(
    CompiledQuery.raw('select state from lead_states where lead_id = $1 for update', [leadId]),
  );
  const state = rows[0]?.state ?? null;
  const held = state === null ? [] : readJson(knownSchema, state, `the state of lead ${leadId}`).enrollments;
  const waiting = await tx
    .selectFrom('inbox')
    .select('body')
    .where('lead_id', '=', leadId)
    .where('applied_seq', '=', 0)
    .execute();
  const known = new Set([
    ...held.map(({ id }) => id),
    ...waiting.flatMap(({ body }) => readJson(inputSchema, body, `the inbox of lead ${leadId}`).enrollment ?? []),
  ]);
  const open = await tx
    .selectFrom('enrollments')
    .select('id')
    .where('lead_id', '=', leadId)
    .where('open_marker', '=', 'open')
    .execute();
  const stray = open.map(({ id }) => id).filter((id) => !known.has(id));
  if (stray.length === 0) return [];
  await tx
    .updateTable('enrollments')
    .set({ state: 'exited', open_marker: null, ended_at: date(now) })
    .where('id', 'in', stray)
    .execute();
  const inputs = stray.map((enrollment) => ({
    leadId,
    key: `stray:${enrollment}`,
    at: now,
    body: { kind: 'enrollment.control', enrollment, action: 'stop', by: 'rule' } as const,
  }));
  await putInputs(tx, inputs, now);
  return stray;
}
