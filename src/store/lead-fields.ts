/** A lead's own fields, as its row has them. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { leadFields } from '../core/replay/facts-schema.ts';
import { sameData } from '../core/replay/recording.ts';
import type { LeadFields } from '../core/scope.ts';
import type { LeadsTable } from './schema.ts';
import { readJson } from './values.ts';

const attributesSchema = z.record(z.string(), z.string());

type FieldRow = Pick<
  Selectable<LeadsTable>,
  | 'id'
  | 'email'
  | 'first_name'
  | 'last_name'
  | 'company'
  | 'domain'
  | 'role'
  | 'title'
  | 'country'
  | 'time_zone'
  | 'locale'
  | 'phone'
  | 'source'
  | 'campaign'
  | 'freemail'
  | 'attributes'
>;

/** A row's columns as the fields that conditions and templates see. */
export const toFields = (row: FieldRow): LeadFields => ({
  email: row.email,
  firstName: row.first_name,
  lastName: row.last_name,
  company: row.company,
  domain: row.domain,
  role: row.role,
  title: row.title,
  country: row.country,
  timeZone: row.time_zone,
  locale: row.locale,
  phone: row.phone,
  source: row.source,
  campaign: row.campaign,
  freemail: row.freemail,
  attributes: row.attributes === '{}' ? {} : readJson(attributesSchema, row.attributes, `lead ${row.id}`),
});

/** What fields were that have another value now; undefined when none has. */
export function fieldsBefore(stored: FieldRow, now: FieldRow): Partial<LeadFields> | undefined {
  const [before, after] = [toFields(stored), toFields(now)];
  const changed = leadFields.keyof().options.filter((name) => !sameData(before[name], after[name]));
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((name) => [name, before[name]]));
}
