/**
 * Leads that may be one person under two addresses. Only told: whoever knows merges them. What is exactly
 * the same (one mailbox, one external id) never becomes two leads.
 */
import { CompiledQuery } from 'kysely';
import { z } from 'zod';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db } from './schema.ts';

export const DUPLICATE_REASONS = {
  phone: 'The same phone number.',
  name: 'The same first and last name at the same company.',
  mailbox: 'The same address but for a tag after a plus sign.',
} as const;
export type DuplicateReason = keyof typeof DUPLICATE_REASONS;

/** What is shown of a lead that may be the same. */
export interface Twin {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly company: string;
}

export interface DuplicatePair {
  readonly leads: readonly [Twin, Twin];
  readonly because: readonly DuplicateReason[];
}

export interface PossibleDuplicate extends Twin {
  readonly because: readonly DuplicateReason[];
}

/** Shown of one lead; one with more has a switchboard's number. */
const MOST = 20;

/** `ada+news@acme.example` without the tag. */
const untagged = (lead: 'a' | 'b'): string => String.raw`regexp_replace(${lead}.email_normal, '\+[^@]*@', '@')`;
const isTagged = (lead: 'a' | 'b'): string => `position('+' in ${lead}.email_normal) > 0`;

/**
 * How `b` is like `a`, one statement for each way. An index serves each of them: addresses are compared from
 * those with a tag, since all of a free-mail domain against each other took 400 s for 25,000.
 */
const LIKE: readonly (readonly [DuplicateReason, string])[] = [
  ['phone', `a.phone <> '' and b.phone = a.phone`],
  [
    'name',
    `a.first_name <> '' and a.last_name <> '' and b.last_name = a.last_name and b.first_name = a.first_name
    and ((a.domain <> '' and b.domain = a.domain) or (a.company <> '' and lower(b.company) = lower(a.company)))`,
  ],
  ['mailbox', `${isTagged('a')} and b.email_normal = ${untagged('a')}`],
  ['mailbox', `b.email_domain = a.email_domain and ${isTagged('b')} and a.email_normal = ${untagged('b')}`],
  [
    'mailbox',
    `${isTagged('a')} and b.email_domain = a.email_domain and ${isTagged('b')} and ${untagged('b')} = ${untagged('a')}`,
  ],
];

const pairs = (where: string): string =>
  LIKE.map(
    ([reason, like]) =>
      `select a.id as a, b.id as b, '${reason}' as reason from leads a join leads b on ${like} where ${where}`,
  ).join('\nunion all\n');

const reasons = z.string().transform((text) => {
  const given = text.split(',');
  return (['phone', 'name', 'mailbox'] as const).filter((reason) => given.includes(reason));
});
const twin = z.object({ id: z.string(), email: z.string(), first: z.string(), last: z.string(), company: z.string() });
const ofOne = z.array(twin.extend({ because: reasons }));

const SHOWN = (lead: string): string =>
  `${lead}.id, ${lead}.email, ${lead}.first_name as first, ${lead}.last_name as last, ${lead}.company`;

/** Leads that may be the same person as this one, by id; at most 20. */
export async function possibleDuplicates(db: Db, leadId: string): Promise<readonly PossibleDuplicate[]> {
  const found = await db.executeQuery(
    CompiledQuery.raw(
      `select ${SHOWN('l')}, like_it.because from (
        select b, string_agg(reason, ',') as because from (${pairs('a.id = $1 and b.id <> $1')}) found group by b
      ) like_it join leads l on l.id = like_it.b order by l.id limit ${MOST}`,
      [leadId],
    ),
  );
  return ofOne.parse(found.rows).map(({ first, last, ...rest }) => ({ ...rest, firstName: first, lastName: last }));
}

const pairRow = z.object({
  a: z.string(),
  b: z.string(),
  because: reasons,
  a_email: z.string(),
  a_first: z.string(),
  a_last: z.string(),
  a_company: z.string(),
  b_email: z.string(),
  b_first: z.string(),
  b_last: z.string(),
  b_company: z.string(),
});

const COLUMNS = (['a', 'b'] as const)
  .map(
    (lead) =>
      `l${lead}.email as ${lead}_email, l${lead}.first_name as ${lead}_first, l${lead}.last_name as ${lead}_last, l${lead}.company as ${lead}_company`,
  )
  .join(', ');

/** Every pair of leads that may be one person, by their ids; the older lead first. */
export async function listDuplicates(db: Db, request: PageRequest = {}): Promise<Page<DuplicatePair>> {
  const limit = pageLimit(request);
  const after = decodeCursor('duplicates', request.cursor, ['text', 'text']);
  const found = await db.executeQuery(
    CompiledQuery.raw(
      `select p.a, p.b, p.because, ${COLUMNS} from (
        select a, b, string_agg(reason, ',') as because from (${pairs('a.id < b.id')}) found
        where (a, b) > ($1, $2) group by a, b order by a, b limit $3
      ) p join leads la on la.id = p.a join leads lb on lb.id = p.b order by p.a, p.b`,
      [String(after?.[0] ?? ''), String(after?.[1] ?? ''), limit + 1],
    ),
  );
  return toPage(
    'duplicates',
    z.array(pairRow).parse(found.rows),
    limit,
    (row) => [row.a, row.b],
    (row) => ({
      leads: [
        { id: row.a, email: row.a_email, firstName: row.a_first, lastName: row.a_last, company: row.a_company },
        { id: row.b, email: row.b_email, firstName: row.b_first, lastName: row.b_last, company: row.b_company },
      ],
      because: row.because,
    }),
  );
}
