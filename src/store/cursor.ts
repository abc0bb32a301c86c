/** Keyset pages: an opaque cursor is the last row's key, so pages stay right while rows come and go. */
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null;
}

export interface PageRequest {
  /** At most this many items; 50 by default, at most 500. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

const key = z.array(z.union([z.string(), z.number()]));

/** What a value of a cursor is: text as the database can hold it, the number of a row, an instant, or any number. */
export type Kind = 'text' | 'whole' | 'instant' | 'number';

const LATEST = Date.UTC(3000, 0, 1);
const INT4_MAX = 2 ** 31 - 1;

/** A cursor is opaque, but anybody can make one: what the database would choke on is none. */
function isOf(kind: Kind, value: string | number | undefined): boolean {
  if (kind === 'text') return typeof value === 'string' && !value.includes('\0');
  if (typeof value !== 'number') return false;
  if (kind === 'whole') return Number.isInteger(value) && Math.abs(value) <= INT4_MAX;
  return kind === 'number' || Math.abs(value) <= LATEST;
}

/** How many rows a request asks for, within bounds. */
export const pageLimit = (request: PageRequest): number => Math.min(500, Math.max(1, request.limit ?? 50));

/** `list` keeps a cursor of one list out of another, where its values would mean something else. */
export const encodeCursor = (list: string, values: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify([list, ...values])).toString('base64url');

/**
 * The key inside a cursor of this list, with values of these kinds, or null without one.
 * @throws VolleyError `bad-cursor` when it is not one this list gave out.
 */
export function decodeCursor(
  list: string,
  cursor: string | undefined,
  kinds: readonly Kind[],
): readonly (string | number)[] | null {
  if (cursor === undefined) return null;
  try {
    const [name, ...values] = key.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    const fits = values.length === kinds.length && kinds.every((kind, n) => isOf(kind, values[n]));
    if (name === list && fits) return values;
  } catch {
    // Falls through: whatever was wrong with it, the answer is the same.
  }
  throw new VolleyError('bad-cursor', 'the cursor is not one this list gave out', {
    fix: 'Pass `next` of the page before, unchanged, or leave the cursor out.',
  });
}

/** Makes a page of up to `limit + 1` rows: the extra row only tells that there is a next page. */
export function toPage<R, T>(
  list: string,
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => readonly (string | number)[],
  map: (row: R) => T,
): Page<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map(map),
    next: rows.length > limit && last !== undefined ? encodeCursor(list, keyOf(last)) : null,
  };
}
