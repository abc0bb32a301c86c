/**
 * Other people's rows in which somebody has named an erased person: a colleague's note, a reply that says
 * "ask her instead", an upload that waits. Addresses, full names and phone numbers are struck out; a first
 * name alone is not, since it is many people's.
 */
import { CompiledQuery } from 'kysely';
import { z } from 'zod';
import { emailIdentity } from '../core/scrub.ts';
import type { Trace } from './erase.ts';
import { MENTIONS } from './erase-tables.ts';
import type { Db } from './schema.ts';
import { transact } from './tx.ts';
import { readJson } from './values.ts';

/** What stands where the person was named. */
export const STRUCK = '[erased]';

type Wanted = Pick<Trace, 'addresses' | 'words'>;
type Row = Readonly<Record<string, unknown>>;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
/** As the text stands inside JSON too. */
const spellings = (text: string): string[] => [...new Set([text, JSON.stringify(text).slice(1, -1)])];

/** Strikes the person out of a text. */
export function strikerOf({ addresses, words }: Wanted): (text: string) => string {
  const whole = (text: string, before: string, after: string): string => `${before}${escaped(text)}${after}`;
  const parts = [
    ...addresses
      .flatMap(spellings)
      .map((text) => whole(text, '(?<![\\p{L}\\p{N}.+_-])', '(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])')),
    ...words.flatMap(spellings).map((text) => whole(text, '(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])')),
  ];
  if (parts.length === 0) return (text) => text;
  const pattern = new RegExp(parts.join('|'), 'giu');
  return (text) => text.replace(pattern, STRUCK);
}

const PAGE = 200;

/** Strikes the person out wherever others' rows may name them; returns how many rows changed. */
export async function eraseMentions(db: Db, wanted: Wanted): Promise<number> {
  let all = 0;
  for (const place of MENTIONS) all += await strikeTable(db, place, wanted);
  all += await strikePages(db, wanted);
  return all;
}

const patternsOf = ({ addresses, words }: Wanted): string[] =>
  [...addresses, ...words].flatMap(spellings).map((text) => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`);

async function strikeTable(
  db: Db,
  { table, key, columns }: (typeof MENTIONS)[number],
  wanted: Wanted,
): Promise<number> {
  const strike = strikerOf(wanted);
  const patterns = patternsOf(wanted);
  if (patterns.length === 0) return 0;
  const named = columns.map((column) => `"${column}" ilike any($1)`).join(' or ');
  const order = key.map((column) => `"${column}"`).join(', ');
  const select = `select ${[...key, ...columns].map((column) => `"${column}"`).join(', ')} from ${table} where (${named})`;
  let all = 0;
  for (let after: unknown[] = []; ; ) {
    const from = after.length === 0 ? '' : ` and (${order}) > (${key.map((_, n) => `$${n + 2}`).join(', ')})`;
    const found = await db.executeQuery<Row>(
      CompiledQuery.raw(`${select}${from} order by ${order} limit ${PAGE}`, [patterns, ...after]),
    );
    for (const row of found.rows) all += await strikeRow(db, { table, key, columns }, row, strike);
    const last = found.rows.at(-1);
    if (last === undefined || found.rows.length < PAGE) return all;
    after = key.map((column) => last[column]);
  }
}

/** Changes a row only as it was read: one that was written meanwhile is read again. */
async function strikeRow(
  db: Db,
  place: (typeof MENTIONS)[number],
  read: Row,
  strike: (text: string) => string,
): Promise<number> {
  const { table, key, columns } = place;
  for (let row: Row | undefined = read; row !== undefined; ) {
    const texts = columns.flatMap((column) => {
      const value = row?.[column];
      return typeof value === 'string' && strike(value) !== value ? [{ column, value }] : [];
    });
    if (texts.length === 0) return 0;
    const sets = texts.map(({ column }, n) => `"${column}" = $${n + 1}`).join(', ');
    const same = texts.map(({ column }, n) => `"${column}" = $${texts.length + n + 1}`).join(' and ');
    const keys = key.map((column, n) => `"${column}" = $${2 * texts.length + n + 1}`).join(' and ');
    const where = key.map((column, n) => `"${column}" = $${n + 1}`).join(' and ');
    const values = [...texts.map(({ value }) => strike(value)), ...texts.map(({ value }) => value)];
    const ids = key.map((column) => row?.[column]);
    const done = await transact(db, (tx) =>
      tx.executeQuery(
        CompiledQuery.raw(`update ${table} set ${sets} where ${same} and ${keys} returning 1 as one`, [
          ...values,
          ...ids,
        ]),
      ),
    );
    if (done.rows.length > 0) return 1;
    const again = await db.executeQuery<Row>(CompiledQuery.raw(`select * from ${table} where ${where}`, ids));
    row = again.rows[0];
  }
  return 0;
}

const pageSchema = z.array(z.looseObject({ row: z.number().int() }));
const ADDRESS = /[^\s<>"'(),;:\\[\]@]+@[^\s<>"'(),;:\\[\]@]+/g;

/** Rows of uploads that wait: those with an address of the person, however it is spelled, become an error. */
async function strikePages(db: Db, { addresses }: Wanted): Promise<number> {
  const theirs = new Set(addresses.map(emailIdentity));
  const isTheirs = (row: unknown): boolean =>
    (JSON.stringify(row).match(ADDRESS) ?? []).some((address) => theirs.has(emailIdentity(address)));
  const pages = await db.selectFrom('import_pages').select(['import_id', 'page']).execute();
  let all = 0;
  for (const { import_id, page } of pages) {
    all += await transact(db, async (tx) => {
      const kept = await tx
        .selectFrom('import_pages')
        .select('body')
        .where('import_id', '=', import_id)
        .where('page', '=', page)
        .executeTakeFirst();
      // Taken in meanwhile: then the hash of the address has kept the row out.
      if (kept === undefined) return 0;
      const rows = readJson(pageSchema, kept.body, `page ${page} of import ${import_id}`);
      if (!rows.some(isTheirs)) return 0;
      const body = rows.map((row) => (isTheirs(row) ? { row: row.row, error: 'this person asked to be erased' } : row));
      const done = await tx
        .updateTable('import_pages')
        .set({ body: JSON.stringify(body) })
        .where('import_id', '=', import_id)
        .where('page', '=', page)
        .where('body', '=', kept.body)
        .returning('page')
        .execute();
      return done.length;
    });
  }
  return all;
}

/** Answers kept for calls that are repeated: those about the person go. */
export async function eraseAnswers(db: Db, { leads, ...wanted }: Pick<Trace, 'leads' | keyof Wanted>): Promise<void> {
  const patterns = [...patternsOf(wanted), ...leads.map((id) => `%${id}%`)];
  await transact(db, (tx) =>
    tx.executeQuery(CompiledQuery.raw('delete from idempotency_keys where response ilike any($1)', [patterns])),
  );
}
