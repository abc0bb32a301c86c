/** Small conversions between rows and the core's types. */
import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { v7 } from 'uuid';
import type { z } from 'zod';
import { VolleyError } from '../core/errors.ts';
import type { Instant } from '../core/time.ts';

/** An instant as an operand of a comparison (columns are read as epoch ms, parameters are `Date`). */
export const at = (instant: Instant): RawBuilder<number> => sql<number>`${new Date(instant)}`;

/** An instant as a value to write. */
export const date = (instant: Instant): Date => new Date(instant);

/** An optional instant as a value to write; absent is null. */
export const dateOrNull = (instant: Instant | null | undefined): Date | null =>
  instant === null || instant === undefined ? null : new Date(instant);

/** A new random id whose order is that of creation, which keeps indexes dense. */
export const newId = (): string => v7();

/** SHA-256 as hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Reads a JSON text column by its schema.
 * @throws VolleyError `corrupt-row` naming the place when the text does not fit, since going on with it would harm the lead.
 */
export function readJson<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new VolleyError('corrupt-row', `${where} is not JSON`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new VolleyError('corrupt-row', `${where}: ${parsed.error.message}`, { cause: parsed.error });
  return parsed.data;
}

/** An object without its undefined members, so that optional properties stay absent. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined));
  return kept as { [K in keyof T]: Exclude<T[K], undefined> };
}
