/** The rows that say who must not be reached: written, read and listed. Who hears of them is said in suppress.ts. */
import { type Selectable, sql } from 'kysely';
import { CHANNELS, type Channel } from '../../core/channels.ts';
import { VolleyError } from '../../core/errors.ts';
import type { Purpose } from '../../core/playbook.ts';
import type { Instant } from '../../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from '../cursor.ts';
import type { Db, SuppressionsTable } from '../schema.ts';
import { date, dateOrNull, newId } from '../values.ts';
import { ofTheStronger } from './strength-sql.ts';

/** Exactly one of them. Address and domain are normalised (`emailIdentity` of core/scrub.ts). */
export interface SuppressionTarget {
  readonly email?: string | undefined;
  /** Addresses there and at its subdomains, and people whose company has it. */
  readonly domain?: string | undefined;
  /** The people of a company, by its domain, whatever their addresses. */
  readonly account?: string | undefined;
  /** The person, whatever the address becomes. */
  readonly leadId?: string | undefined;
  /** Whoever has this number; of the channel `phone`. As leads have it (`phoneNumber` of core/scrub). */
  readonly phone?: string | undefined;
}

/** Channels beside mail are part of the subject, so that subject and purpose stay one key: `phone/lead:ID`. */
const CHANNEL = /^(?:(phone|chat)\/)?([a-z]+):/;

export interface NewSuppression extends SuppressionTarget {
  /** Absent: mail; of a number: calls. */
  readonly channel?: Channel | undefined;
  /** Absent: every purpose. */
  readonly purpose?: Purpose | undefined;
  /** Absent: for ever. */
  readonly until?: Instant | undefined;
  readonly reason: string;
  readonly by: string;
}

export interface SuppressionRow {
  readonly id: string;
  readonly email: string | null;
  readonly domain: string | null;
  readonly account: string | null;
  readonly leadId: string | null;
  readonly phone: string | null;
  readonly channel: Channel;
  readonly purpose: string | null;
  readonly until: Instant | null;
  readonly reason: string;
  readonly by: string;
  readonly createdAt: Instant;
}

/** What a row is about, as its key has it. @throws VolleyError `bad-suppression` */
export function subjectOf(target: SuppressionTarget & { readonly channel?: Channel | undefined }): string {
  const { email, domain, account, leadId, phone } = target;
  const channel = target.channel ?? (phone === undefined ? 'email' : 'phone');
  const given = [
    email && `email:${email}`,
    domain && `domain:${domain}`,
    account && `account:${account}`,
    leadId && `lead:${leadId}`,
    phone && `number:${phone}`,
  ].filter(Boolean);
  const subject = given[0];
  // Domains are of addresses; a number is called.
  const fits = channel === 'email' ? !phone : channel === 'phone' ? !domain : !domain && !phone;
  if (given.length === 1 && typeof subject === 'string' && fits)
    return channel === 'email' ? subject : `${channel}/${subject}`;
  throw new VolleyError(
    'bad-suppression',
    'a suppression is about one address, domain, account or lead, or one number that is not called; a domain is about mail alone',
  );
}

/** What a suppression of an address may be called, by any channel. */
export const subjectsOfAddress = (email: string): string[] => CHANNELS.map((channel) => subjectOf({ email, channel }));

/** A subject of mail, and the same of every other channel. */
export const byEveryChannel = (subject: string): string[] => [subject, `phone/${subject}`, `chat/${subject}`];

function toRow(row: Selectable<SuppressionsTable>): SuppressionRow {
  const [head = '', channel, found] = CHANNEL.exec(row.subject) ?? [];
  const about = (kind: string): string | null => (kind === found ? row.subject.slice(head.length) : null);
  return {
    id: row.id,
    email: about('email'),
    domain: about('domain'),
    account: about('account'),
    leadId: about('lead'),
    phone: about('number'),
    channel: channel === 'phone' || channel === 'chat' ? channel : 'email',
    purpose: row.purpose === '' ? null : row.purpose,
    until: row.until_at,
    reason: row.reason,
    by: row.actor,
    createdAt: row.created_at,
  };
}

/** The purpose of a row, as a new row takes it. */
export const purposeOf = ({ purpose }: Pick<SuppressionRow, 'purpose'>): Purpose | undefined =>
  (['marketing', 'sales', 'service'] as const).find((one) => one === purpose);

/** Every suppression of these subjects, such as `email:ada@acme.example`. */
export async function suppressionsOf(db: Db, subjects: readonly string[]): Promise<readonly SuppressionRow[]> {
  const rows = await db
    .selectFrom('suppressions')
    .selectAll()
    .where(sql<boolean>`subject = any(${subjects})`)
    .execute();
  return rows.map(toRow);
}

/** The row alone: for who tells the leads by another input. */
export async function writeSuppression(
  tx: Db,
  suppression: NewSuppression,
  now: Instant,
): Promise<{ id: string; subject: string }> {
  const [row] = await writeSuppressions(tx, [suppression], now);
  if (row === undefined) throw new VolleyError('internal', 'a suppression left no row');
  return row;
}

/** Rows alone, in one statement; no two are about the same subject and purpose. */
export function writeSuppressions(
  tx: Db,
  suppressions: readonly NewSuppression[],
  now: Instant,
): Promise<{ id: string; subject: string }[]> {
  return tx
    .insertInto('suppressions')
    .values(
      suppressions.map((suppression) => ({
        id: newId(),
        subject: subjectOf(suppression),
        purpose: suppression.purpose ?? '',
        until_at: dateOrNull(suppression.until),
        reason: suppression.reason,
        actor: suppression.by,
        created_at: date(now),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['subject', 'purpose']).doUpdateSet({
        until_at: sql<Date | null>`case when suppressions.until_at is null or excluded.until_at is null then null
          else greatest(suppressions.until_at, excluded.until_at) end`,
        reason: ofTheStronger('reason'),
        actor: ofTheStronger('actor'),
      }),
    )
    .returning(['id', 'subject'])
    .execute();
}

/** Suppressions by id: all, those of a channel, or those of one target; of a target mail's alone unless a channel is given. */
export async function listSuppressions(
  db: Db,
  filter: PageRequest & SuppressionTarget & { readonly channel?: Channel | 'any' | undefined } = {},
): Promise<Page<SuppressionRow>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('suppressions', filter.cursor, ['text']);
  const { email, domain, account, leadId, phone, channel } = filter;
  let query = db.selectFrom('suppressions').selectAll();
  if ([email, domain, account, leadId, phone].some((one) => one !== undefined)) {
    const target = { email, domain, account, leadId, phone };
    const any = channel === 'any' && phone === undefined && domain === undefined;
    const subjects = any
      ? byEveryChannel(subjectOf(target))
      : [subjectOf({ ...target, channel: channel === 'any' ? undefined : channel })];
    query = query.where('subject', 'in', subjects);
  } else if (channel === 'phone' || channel === 'chat') {
    query = query.where('subject', 'like', `${channel}/%`);
  } else if (channel === 'email') {
    query = query.where('subject', 'not like', 'phone/%').where('subject', 'not like', 'chat/%');
  }
  if (after !== null) query = query.where('id', '>', String(after[0]));
  const rows = await query
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return toPage('suppressions', rows, limit, (row) => [row.id], toRow);
}
