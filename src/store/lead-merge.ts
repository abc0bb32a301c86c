/**
 * Merging what comes in with the leads there are, in memory and in the order given. Fields that come
 * blank never erase what is there.
 */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { ScrubbedConsent, ScrubbedLead } from '../core/scrub.ts';
import type { Instant } from '../core/time.ts';
import { type AliasWhy, aliasOf } from './lead-aliases.ts';
import type { LeadsTable } from './schema.ts';
import { newId, readJson } from './values.ts';

export type UpsertOutcome =
  | { readonly id: string; readonly outcome: 'created' | 'updated' | 'unchanged' }
  /** External id and address belong to two different leads; nothing was written for this row. */
  | { readonly outcome: 'clash'; readonly message: string }
  /** The person was erased; nothing was written for this row. */
  | { readonly outcome: 'erased'; readonly message: string };

export type LeadRow = Selectable<LeadsTable>;

/** A lead being merged: its row as it will be, and what must be written. */
export interface Draft {
  row: LeadRow;
  state: 'new' | 'changed' | 'same';
  /** Consents to write. */
  consents: ScrubbedConsent[];
  /** Those the store has or will have, by their key. */
  known: Set<string>;
  /** Company domain and address that the store has; undefined for a lead that is not there yet. */
  storedDomain?: string;
  /** The row as the store has it. */
  stored?: LeadRow;
  storedEmail?: string;
}

/** Columns that are merged as they are, with the field each comes from. */
const fields = {
  first_name: 'firstName',
  last_name: 'lastName',
  company: 'company',
  domain: 'domain',
  role: 'role',
  title: 'title',
  country: 'country',
  time_zone: 'timeZone',
  locale: 'locale',
  phone: 'phone',
  source: 'source',
  campaign: 'campaign',
} as const satisfies Partial<Record<keyof LeadsTable, keyof ScrubbedLead>>;

const attributesSchema = z.record(z.string(), z.string());

const emailDomain = (email: string): string => email.slice(email.lastIndexOf('@') + 1);
/** What makes two consents the same. */
export const consentKey = (consent: {
  readonly purpose: string;
  readonly basis: string;
  readonly at: Instant;
  readonly expires?: Instant | null | undefined;
}): string => `${consent.purpose} ${consent.basis} ${consent.at} ${consent.expires ?? ''}`;

function newDraft(lead: ScrubbedLead, now: Instant): Draft {
  const row: LeadRow = {
    id: newId(),
    email: lead.email,
    email_normal: lead.emailNormal,
    email_domain: emailDomain(lead.emailNormal),
    external_id: lead.externalId ?? null,
    key: lead.key,
    first_name: lead.firstName,
    last_name: lead.lastName,
    company: lead.company,
    domain: lead.domain,
    role: lead.role,
    title: lead.title,
    country: lead.country,
    time_zone: lead.timeZone,
    locale: lead.locale,
    phone: lead.phone,
    source: lead.source,
    campaign: lead.campaign,
    freemail: lead.freemail,
    attributes: JSON.stringify(lead.attributes),
    revision: 1,
    created_at: now,
    updated_at: now,
  };
  return { row, state: 'new', consents: [], known: new Set() };
}

/** The columns of a row that this lead changes; an address it had before does not become its address again. */
function changes(row: LeadRow, lead: ScrubbedLead, newAddress: boolean): Partial<LeadRow> {
  const changed: Partial<LeadRow> = {};
  for (const [column, field] of Object.entries(fields) as [keyof typeof fields, keyof ScrubbedLead][]) {
    const value = lead[field];
    if (typeof value === 'string' && value !== '' && value !== row[column]) changed[column] = value;
  }
  if (lead.externalId !== undefined && row.external_id === null) changed.external_id = lead.externalId;
  if (newAddress && lead.emailNormal !== row.email_normal) {
    changed.email = lead.email;
    changed.email_normal = lead.emailNormal;
    changed.email_domain = emailDomain(lead.emailNormal);
    changed.freemail = lead.freemail;
  }
  const given = Object.entries(lead.attributes).filter(([, value]) => value !== '');
  if (given.length > 0) {
    const before = readJson(attributesSchema, row.attributes, `lead ${row.id}`);
    if (given.some(([name, value]) => before[name] !== value)) {
      changed.attributes = JSON.stringify({ ...before, ...Object.fromEntries(given) });
    }
  }
  return changed;
}

/** Leads by what identifies them, kept up to date while a page is merged. */
export class Drafts {
  /** What must be written, in the order of the last change: an address is free before another lead takes it. */
  readonly touched = new Set<Draft>();
  readonly #byEmail = new Map<string, Draft>();
  readonly #byExternal = new Map<string, Draft>();
  /** By names leads went by before; see lead-aliases.ts. */
  readonly #former = new Map<string, { readonly draft: Draft; readonly why: AliasWhy }>();
  readonly #now: Instant;

  constructor(now: Instant) {
    this.#now = now;
  }

  add(draft: Draft): void {
    this.#byEmail.set(draft.row.email_normal, draft);
    if (draft.row.external_id !== null) this.#byExternal.set(draft.row.external_id, draft);
  }

  addAlias(alias: string, draft: Draft, why: AliasWhy): void {
    this.#former.set(alias, { draft, why });
  }

  merge(lead: ScrubbedLead): UpsertOutcome {
    const former = this.#formerOf(lead);
    const byEmail = this.#byEmail.get(lead.emailNormal) ?? former?.draft;
    const byExternal = lead.externalId === undefined ? undefined : this.#external(lead.externalId);
    if (byEmail !== undefined && byExternal !== byEmail) {
      const other = byEmail.row.external_id;
      if (byExternal !== undefined || (lead.externalId !== undefined && other !== null)) {
        return {
          outcome: 'clash',
          message: 'the address belongs to a lead with another external id',
        };
      }
    }
    const draft = byExternal ?? byEmail;
    if (draft === undefined) return this.#create(lead);
    // Whoever knows the old address tells of the old job: nothing of it is so any more.
    if (former?.why === 'moved') return { id: draft.row.id, outcome: 'unchanged' };
    const anew = former === undefined || (former.why === 'changed' && byExternal === draft);
    const changed = changes(draft.row, lead, anew);
    const consented = this.#consent(draft, lead);
    if (Object.keys(changed).length === 0 && !consented) return { id: draft.row.id, outcome: 'unchanged' };
    this.#byEmail.delete(draft.row.email_normal);
    draft.row = { ...draft.row, ...changed };
    this.#byEmail.set(draft.row.email_normal, draft);
    if (draft.row.external_id !== null) this.#byExternal.set(draft.row.external_id, draft);
    if (draft.state === 'same') draft.state = 'changed';
    this.touched.delete(draft);
    this.touched.add(draft);
    return { id: draft.row.id, outcome: 'updated' };
  }

  /** Whose address this was. Another external id says that it is another person's now. */
  #formerOf({ emailNormal, externalId }: ScrubbedLead): { readonly draft: Draft; readonly why: AliasWhy } | undefined {
    if (this.#byEmail.has(emailNormal)) return undefined;
    const former = this.#former.get(aliasOf.email(emailNormal));
    const other = former?.draft.row.external_id ?? null;
    const taken = former?.why === 'changed' && externalId !== undefined && other !== null && other !== externalId;
    return taken ? undefined : former;
  }

  /** Whether a lead goes by this address now. */
  hasAddress(emailNormal: string): boolean {
    return this.#byEmail.has(emailNormal);
  }

  #external(id: string): Draft | undefined {
    return this.#byExternal.get(id) ?? this.#former.get(aliasOf.external(id))?.draft;
  }

  #create(lead: ScrubbedLead): UpsertOutcome {
    const draft = newDraft(lead, this.#now);
    this.#consent(draft, lead);
    this.add(draft);
    this.touched.add(draft);
    return { id: draft.row.id, outcome: 'created' };
  }

  #consent(draft: Draft, lead: ScrubbedLead): boolean {
    const fresh = lead.consents.filter((consent) => !draft.known.has(consentKey(consent)));
    for (const consent of fresh) draft.known.add(consentKey(consent));
    draft.consents.push(...fresh);
    return fresh.length > 0;
  }
}
