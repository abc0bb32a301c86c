/**
 * Lists of who must not be mailed, as others export them, to suppressions: our own export; SES's suppression
 * list (`aws sesv2 list-suppressed-destinations`, and the CSV and JSON lines of its import jobs); HubSpot's and
 * Salesforce's exports, of which those who opted out count; one address or domain a line.
 */

import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { CHANNELS, type Channel } from '../../core/channels.ts';
import { mapHeaders, optedOut } from '../../core/headers.ts';
import type { Purpose } from '../../core/playbook.ts';
import { companyDomain } from '../../core/scrub/domain.ts';
import { international } from '../../core/scrub/fields.ts';
import { addressSchema } from '../../core/scrub.ts';
import type { Instant } from '../../core/time.ts';
import type { SuppressionTarget } from '../../store/suppressions/rows.ts';
import { Problem } from '../problem/problem.ts';
import { delimiterOf } from './records.ts';

export interface ReadSuppression {
  readonly target: SuppressionTarget;
  readonly channel?: Channel | undefined;
  readonly purpose?: Purpose | undefined;
  readonly until?: Instant | undefined;
  /** What the file says; undefined: nothing. */
  readonly reason?: string | undefined;
}

export interface SuppressionRows {
  readonly rows: number;
  readonly good: readonly ReadSuppression[];
  /** Rows of people who had not opted out. */
  readonly skipped: number;
  readonly errors: readonly { readonly row: number; readonly field: string; readonly message: string }[];
}

/** A row by our names, whatever its file calls them. */
type Fields = Readonly<
  Partial<
    Record<'email' | 'domain' | 'account' | 'lead' | 'phone' | 'channel' | 'purpose' | 'until' | 'reason', string>
  >
>;

const NAMES: Readonly<Record<string, keyof Fields>> = {
  ...{ email: 'email', emailaddress: 'email', address: 'email', recipient: 'email', mail: 'email' },
  ...{ domain: 'domain', account: 'account', lead: 'lead', purpose: 'purpose', until: 'until', expires: 'until' },
  ...{ phone: 'phone', phonenumber: 'phone', number: 'phone', telephone: 'phone', channel: 'channel' },
  ...{ reason: 'reason', suppressionreason: 'reason' },
};
/** SES's words for what ours say otherwise. */
const REASONS: Readonly<Record<string, string>> = { BOUNCE: 'bounced', COMPLAINT: 'complained' };
const PURPOSES: readonly Purpose[] = ['marketing', 'sales', 'service'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REASON_MAX = 500;
export const ROWS_MAX = 200_000;

const flat = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

/**
 * @param channel of rows that name none; without it mail, and calls for phone numbers
 * @throws Problem `bad-file` for what is no such list
 */
export function readSuppressions(text: string, channel?: Channel): SuppressionRows {
  const body = text.replace(/^\uFEFF/, '').trim();
  if (body === '') throw new Problem('bad-file', 'The file is empty');
  const read = body.startsWith('{') || body.startsWith('[') ? jsonRows(body) : csvRows(body);
  if (read.length > ROWS_MAX) throw new Problem('bad-file', `The file has more than ${ROWS_MAX} rows: split it`);
  const good: ReadSuppression[] = [];
  const errors: SuppressionRows['errors'][number][] = [];
  let skipped = 0;
  for (const [n, fields] of read.entries()) {
    if (fields === 'in') skipped += 1;
    else {
      const one = typeof fields === 'string' ? { field: 'row', message: fields } : suppressionOf(fields, channel);
      if ('target' in one) good.push(one);
      else errors.push({ row: n + 1, ...one });
    }
  }
  return { rows: read.length, good, skipped, errors };
}

/** A row; `in` for somebody who has not opted out; other text says what is wrong with it. */
type Row = Fields | string;

const record = z.record(z.string(), z.unknown());
const lists = z.looseObject({
  items: z.array(record).optional(),
  SuppressedDestinationSummaries: z.array(record).optional(),
});

function jsonRows(body: string): Row[] {
  const whole = parsed(body);
  const list = Array.isArray(whole) ? whole : undefined;
  const named = lists.safeParse(whole).data;
  const items = list ?? named?.items ?? named?.SuppressedDestinationSummaries;
  if (items !== undefined) return items.map((item) => fieldsOf(item));
  return body
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => fieldsOf(parsed(line)));
}

/** Whether the text is JSON, or JSON by the line. */
export function isJson(text: string): boolean {
  const body = text.replace(/^\uFEFF/, '').trim();
  return parsed(body) !== undefined || body.split(/\r?\n/).every((line) => parsed(line) !== undefined);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Row {
  const item = record.safeParse(value);
  if (!item.success) return 'is no JSON object';
  const fields: Partial<Record<keyof Fields, string>> = {};
  for (const [name, content] of Object.entries(item.data)) {
    const known = NAMES[flat(name)];
    // Our own export says an account and a lead with what it knows of them.
    const nested = record.safeParse(content).data;
    const text = nested === undefined ? content : (nested['domain'] ?? nested['id']);
    if (known !== undefined && typeof text === 'string') fields[known] = text.trim();
  }
  return fields;
}

function csvRows(body: string): Row[] {
  const first = body.split(/\r?\n/, 1)[0] ?? '';
  let rows: string[][];
  try {
    rows = z
      .array(z.array(z.string()))
      .parse(
        parse(body, { delimiter: delimiterOf(first), relax_column_count: true, skip_empty_lines: true, trim: true }),
      );
  } catch (cause) {
    throw new Problem('bad-file', 'The file cannot be read as CSV', { cause });
  }
  const [head = [], ...others] = rows;
  const mapping = mapHeaders(head);
  const columns = head.map((name) => NAMES[flat(name)]);
  const email = mapping.order.get('email')?.[0];
  const headed = columns.some((name) => name !== undefined && name !== 'reason') || email !== undefined;
  // SES's lists and plain ones have no headers: an address, or a domain, and perhaps a reason.
  if (!headed) return rows.map((row) => ({ ...targetIn(row[0] ?? ''), ...(row[1] ? { reason: row[1] } : {}) }));
  const opts = mapping.order.has('optedOut');
  // A list of contacts: `domain` is their company's, and who they are is not what is suppressed.
  const contacts = opts || columns.filter((name) => name !== undefined).length < 2;
  return others.map((row): Row => {
    if (opts && !optedOut(mapping, row)) return 'in';
    const fields: Partial<Record<keyof Fields, string>> = {};
    for (const [n, name] of columns.entries()) {
      const value = row[n] ?? '';
      if (name !== undefined && value !== '' && !(contacts && name !== 'email' && email !== undefined))
        fields[name] = value;
    }
    if (email !== undefined && (row[email] ?? '') !== '') fields.email = row[email] ?? '';
    return fields;
  });
}

const targetIn = (text: string): Fields =>
  text.indexOf('@') > 0
    ? { email: text }
    : international(text) !== undefined
      ? { phone: text }
      : { domain: text.replace(/^@|^\*\./, '') };

function suppressionOf(
  fields: Fields,
  given: Channel | undefined,
): ReadSuppression | { field: string; message: string } {
  const target = targetOf(fields);
  if ('message' in target) return target;
  const channel = channelOf(fields, target, given);
  if (typeof channel === 'object') return channel;
  const purpose = PURPOSES.find((one) => one === fields.purpose?.toLowerCase());
  if (fields.purpose && purpose === undefined)
    return { field: 'purpose', message: 'must be marketing, sales or service' };
  const until = fields.until === undefined || fields.until === '' ? undefined : Date.parse(fields.until);
  if (Number.isNaN(until)) return { field: 'until', message: 'must be a date, such as 2027-01-31' };
  const reason = fields.reason === undefined ? undefined : (REASONS[fields.reason.toUpperCase()] ?? fields.reason);
  return { target, channel, purpose, until, reason: reason?.slice(0, REASON_MAX) || undefined };
}

/** A number is called, and a domain is one of addresses. */
function channelOf(
  { channel: said }: Fields,
  { domain, phone }: SuppressionTarget,
  given: Channel | undefined,
): Channel | undefined | { field: string; message: string } {
  const own = phone === undefined ? undefined : 'phone';
  const channel = said ? CHANNELS.find((one) => one === said.toLowerCase()) : (own ?? given);
  if (said && channel === undefined) return { field: 'channel', message: 'must be email, phone or chat' };
  if (phone !== undefined && channel !== 'phone') return { field: 'channel', message: 'must be phone for a number' };
  if (domain !== undefined && channel !== undefined && channel !== 'email')
    return { field: 'channel', message: 'must be email for a domain' };
  return channel;
}

function targetOf({
  email,
  domain,
  account,
  lead,
  phone,
}: Fields): SuppressionTarget | { field: string; message: string } {
  if (email) {
    const read = addressSchema.safeParse(email);
    return read.success
      ? { email: read.data }
      : { field: 'email', message: read.error.issues[0]?.message ?? 'must be an email address' };
  }
  if (domain) {
    const found = companyDomain(domain);
    return found === undefined ? { field: 'domain', message: 'is neither an address nor a domain' } : { domain: found };
  }
  if (account) {
    const found = companyDomain(account);
    return found === undefined
      ? { field: 'account', message: 'must be the domain of the account' }
      : { account: found };
  }
  if (lead) return UUID.test(lead) ? { leadId: lead } : { field: 'lead', message: 'is no id of a lead' };
  if (phone) {
    // A spreadsheet is kept from computing it by a quotation mark, in our own export too.
    const number = international(phone.replace(/^'(?=\+)/, ''));
    return number === undefined
      ? { field: 'phone', message: 'is no phone number with its country code' }
      : { phone: number };
  }
  return { field: 'email', message: 'no address, domain, account, lead or phone number' };
}
