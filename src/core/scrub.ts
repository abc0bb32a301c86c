/**
 * Lead hygiene: every write of a lead goes through `scrub`, which normalises each field or refuses the lead
 * with a reason. What is wrong but harmless is dropped with a note; only an address nobody can be reached
 * at, a link in place of a name, and consent that cannot be dated are refused. Pure and idempotent.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import type { Consent } from './facts.ts';
import type { LeadFields } from './scope.ts';
import { countryCode } from './scrub/country.ts';
import { companyDomain } from './scrub/domain.ts';
import { type EmailReason, normalEmail, readEmail } from './scrub/email.ts';
import { localeTag, phoneNumber, roleName } from './scrub/fields.ts';
import { freemailDomains, madeUpNames } from './scrub/lists.ts';
import { personName, splitName } from './scrub/names.ts';
import { cleanText, cutText } from './scrub/text.ts';
import { zoneName } from './zones.ts';

/** Longest attribute value and longest text field, in characters. */
export const TEXT_MAX = 1_000;
export const FIELD_MAX = 200;
/** Attributes one lead may have; more are dropped with a note. */
export const ATTRIBUTES_MAX = 50;
const ATTRIBUTE_NAME_MAX = 64;

const field = z.string().max(TEXT_MAX).optional();
const FIRST = Date.UTC(2000, 0, 1);
const LAST = Date.UTC(2100, 0, 1);
const date = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'must be a date that exists, in ISO 8601, e.g. 2026-11-24 or 2026-11-24T08:12:00Z',
  })
  .refine((text) => Date.parse(text) >= FIRST && Date.parse(text) < LAST, 'must lie between the years 2000 and 2100');

export const consentInputSchema = z.strictObject({
  purpose: z.enum(['marketing', 'sales', 'service']),
  basis: z.string().min(1).max(FIELD_MAX),
  source: z.string().min(1).max(FIELD_MAX),
  /** When it was given: ISO 8601, a bare date is its first instant in UTC. */
  at: date,
  expires: date.optional(),
});

/** The body of `POST /v1/leads`; an absent or empty field says nothing. */
export const leadInputSchema = z.strictObject({
  email: z.string().max(TEXT_MAX),
  externalId: z.string().max(FIELD_MAX).optional(),
  firstName: field,
  lastName: field,
  company: field,
  /** A domain or a website's address. */
  domain: field,
  role: field,
  title: field,
  /** ISO 3166 code or a country's name. */
  country: field,
  /** IANA name. */
  timeZone: field,
  locale: field,
  phone: field,
  source: field,
  campaign: field,
  consent: z.array(consentInputSchema).max(20).optional(),
  attributes: z.record(z.string().max(FIELD_MAX), z.string().max(10_000)).optional(),
});

export type LeadInput = z.infer<typeof leadInputSchema>;

/** Fields that are dropped with a note when they are nothing of the kind; notes never repeat the value. */
const readable = {
  domain: 'company domain',
  country: 'country',
  timeZone: 'IANA time zone',
  locale: 'language',
  phone: 'phone number',
} as const;

export interface ScrubbedConsent extends Consent {
  readonly source: string;
}

/** A lead ready to store; strings that are absent or were nothing are `''`. */
export interface ScrubbedLead extends LeadFields {
  /** The address's identity: two spellings of one mailbox have the same. */
  readonly emailNormal: string;
  /** What splits and spreading hash: of `emailNormal`. */
  readonly key: string;
  readonly externalId?: string;
  readonly consents: readonly ScrubbedConsent[];
}

export type ScrubReason = EmailReason | 'name-link' | 'name-fake' | 'consent-dates';

export type ScrubResult =
  | { readonly ok: true; readonly lead: ScrubbedLead; readonly notes: readonly string[] }
  | {
      readonly ok: false;
      /** The field of `LeadInput` at fault. */
      readonly field: string;
      /** Stable code. */
      readonly reason: ScrubReason;
      /** A sentence for the person who sent it. */
      readonly message: string;
    };

/** The first 16 hex digits of SHA-256 over a normalised address. */
export function leadKey(emailNormal: string): string {
  return bytesToHex(sha256(utf8ToBytes(emailNormal))).slice(0, 16);
}

/** Normalises a lead that passed `leadInputSchema`, or says which field makes it no lead. Never throws. */
export function scrub(input: LeadInput): ScrubResult {
  const address = readEmail(input.email);
  if (!address.ok) return { ok: false, field: 'email', reason: address.reason, message: address.message };
  const names = readNames(input, address.name);
  if (!names.ok) return names;
  const consents = readConsents(input.consent ?? []);
  if (consents === undefined) {
    return { ok: false, field: 'consent', reason: 'consent-dates', message: 'consent expires before it was given' };
  }

  const notes: string[] = [];
  if (address.shared) notes.push('email: a mailbox several people read');
  const known = (name: keyof typeof readable, read: (text: string) => string | undefined): string => {
    const given = text(input[name]);
    if (given === '') return '';
    const value = cleanText(read(given) ?? '');
    if (value === '') notes.push(`${name}: not a known ${readable[name]}, left empty`);
    return value;
  };
  const givenDomain = known('domain', companyDomain);
  const ownDomain = freemailDomains.has(givenDomain) ? '' : givenDomain;
  const externalId = text(input.externalId);
  const lead: ScrubbedLead = {
    email: address.email,
    emailNormal: address.normal,
    key: leadKey(address.normal),
    ...(externalId === '' ? {} : { externalId }),
    firstName: names.first,
    lastName: names.last,
    company: text(input.company),
    domain: ownDomain !== '' || address.freemail ? ownDomain : (companyDomain(address.domain) ?? ''),
    role: cleanText(roleName(text(input.role))),
    title: text(input.title),
    country: known('country', countryCode),
    timeZone: known('timeZone', zoneName),
    locale: known('locale', localeTag),
    phone: known('phone', phoneNumber),
    source: text(input.source),
    campaign: text(input.campaign),
    freemail: address.freemail,
    attributes: readAttributes(input.attributes ?? {}, notes),
    consents,
  };
  return { ok: true, lead, notes };
}

/** The address as `scrub` would store its identity: what suppressions and look-ups compare. */
export function emailIdentity(email: string): string {
  const address = readEmail(email);
  return address.ok ? address.normal : normalEmail(email);
}

function text(value: unknown): string {
  return typeof value === 'string' ? cutText(cleanText(value), FIELD_MAX) : '';
}

type Names =
  | { readonly ok: true; readonly first: string; readonly last: string }
  | Extract<ScrubResult, { readonly ok: false }>;

function readNames(input: LeadInput, display: string): Names {
  for (const field of ['firstName', 'lastName'] as const) {
    // Spammers put their link where a greeting repeats it to whoever they sign up.
    if (/https?:\/\/|www\./i.test(input[field] ?? '')) {
      return { ok: false, field, reason: 'name-link', message: 'a link in place of a name' };
    }
  }
  const given = { first: text(input.firstName), last: text(input.lastName) };
  const parts = given.first === '' && given.last === '' ? splitName(text(display)) : given;
  const first = personName(parts.first, 'first');
  const last = personName(parts.last, 'last');
  if (madeUpNames.has(first.toLowerCase()) && madeUpNames.has(last.toLowerCase())) {
    return { ok: false, field: 'firstName', reason: 'name-fake', message: 'a made-up name' };
  }
  return { ok: true, first, last };
}

function readConsents(given: NonNullable<LeadInput['consent']>): ScrubbedConsent[] | undefined {
  const consents = given.map(({ purpose, basis, source, at, expires }) => ({
    purpose,
    basis: text(basis),
    source: text(source),
    at: Date.parse(at),
    ...(expires === undefined ? {} : { expires: Date.parse(expires) }),
  }));
  return consents.every(({ at, expires = Number.POSITIVE_INFINITY }) => at <= expires) ? consents : undefined;
}

function readAttributes(given: Readonly<Record<string, string>>, notes: string[]): Record<string, string> {
  const kept = new Map<string, string>();
  for (const [rawName, rawValue] of Object.entries(given)) {
    const name = cutText(cleanText(rawName), ATTRIBUTE_NAME_MAX);
    const value = cutText(cleanText(rawValue), TEXT_MAX);
    // `__proto__` as a key would not survive being copied as JSON.
    if (name === '' || value === '' || name === '__proto__') continue;
    if (kept.size === ATTRIBUTES_MAX && !kept.has(name)) {
      notes.push(`attributes: more than ${ATTRIBUTES_MAX}, '${name}' and those after it dropped`);
      break;
    }
    kept.set(name, value);
  }
  return Object.fromEntries(kept);
}
