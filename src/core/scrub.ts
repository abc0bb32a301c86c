/**
 * Lead hygiene: every write of a lead goes through `scrub`, which normalises each field or refuses the lead
 * with a reason. What is wrong but harmless is dropped with a note; only an address nobody can be reached
 * at, a link, code or a joke in place of a name, and consent that cannot be dated are refused. Pure and
 * idempotent.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { NOT_AHEAD, notYetGiven } from './consent.ts';
import type { Consent } from './facts.ts';
import type { LeadFields } from './scope.ts';
import { countryCode } from './scrub/country.ts';
import { companyDomain } from './scrub/domain.ts';
import { type EmailReason, normalEmail, readAddress, readEmail } from './scrub/email.ts';
import { localeTag, phoneNumber, roleName } from './scrub/fields.ts';
import { isDisposable, isFreemail, madeUpNames, noCompany, profileHosts, stockNames } from './scrub/lists.ts';
import { isMash } from './scrub/mash.ts';
import { personName, splitName } from './scrub/names.ts';
import { cleanText, cutText } from './scrub/text.ts';
import type { Instant } from './time.ts';
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

export type ScrubReason = EmailReason | 'name-link' | 'name-code' | 'name-fake' | 'consent-dates';

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

/**
 * Normalises a lead that passed `leadInputSchema`, or says which field makes it no lead. Never throws.
 * @param now no consent may have been given later; absent: nobody minds
 */
export function scrub(input: LeadInput, now?: Instant): ScrubResult {
  const address = readEmail(input.email);
  if (!address.ok) return { ok: false, field: 'email', reason: address.reason, message: address.message };
  const names = readNames(input, address.name);
  if (!names.ok) return names;
  const consents = readConsents(input.consent ?? []);
  if (consents === undefined) {
    return { ok: false, field: 'consent', reason: 'consent-dates', message: 'consent expires before it was given' };
  }
  if (now !== undefined && consents.some(({ at }) => notYetGiven(at, now))) {
    return { ok: false, field: 'consent', reason: 'consent-dates', message: `\`at\` ${NOT_AHEAD}` };
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
  notes.push(...names.notes);
  const country = known('country', countryCode);
  const company = readCompany(text(input.company), notes);
  const givenDomain = known('domain', companyDomain) || company.domain;
  const ownDomain = isOwn(givenDomain) ? givenDomain : '';
  if (givenDomain !== '' && ownDomain === '') notes.push('domain: many people’s, not one company’s, left out');
  const externalId = text(input.externalId);
  const lead: ScrubbedLead = {
    email: address.email,
    emailNormal: address.normal,
    key: leadKey(address.normal),
    ...(externalId === '' ? {} : { externalId }),
    firstName: names.first,
    lastName: names.last,
    company: company.name,
    domain: ownDomain !== '' || address.freemail ? ownDomain : (companyDomain(address.domain) ?? ''),
    role: cleanText(roleName(text(input.role))),
    title: text(input.title),
    country,
    timeZone: known('timeZone', zoneName),
    locale: known('locale', localeTag),
    phone: known('phone', (given) => phoneNumber(given, country)),
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
  const address = readAddress(email);
  return normalEmail(address.ok ? `${address.local}@${address.domain}` : email);
}

/** An address somebody names, in any spelling, as its identity: what every edge takes that looks people up by one. */
export const addressSchema = z
  .string()
  .max(320)
  .transform((given, context) => {
    const address = readAddress(given);
    if (address.ok) return normalEmail(`${address.local}@${address.domain}`);
    const letters = address.message.includes('ASCII');
    const message = letters ? 'letters before the @ must be ASCII (a to z)' : 'must be an email address';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

function text(value: unknown): string {
  return typeof value === 'string' ? cutText(cleanText(value), FIELD_MAX) : '';
}

/** A company's own domain, not one that anybody has an address or a page at. */
const isOwn = (domain: string): boolean => !isFreemail(domain) && !isDisposable(domain) && !profileHosts.has(domain);

/** A company's name; one written as its website is known by its domain. */
function readCompany(given: string, notes: string[]): { name: string; domain: string } {
  if (noCompany.has(given.toLowerCase())) {
    notes.push('company: no name of one, left empty');
    return { name: '', domain: '' };
  }
  if (!/^(?:https?:\/\/|www\.)/i.test(given)) return { name: given, domain: '' };
  notes.push('company: a link, taken as its domain');
  return { name: '', domain: companyDomain(given) ?? '' };
}

type Names =
  | { readonly ok: true; readonly first: string; readonly last: string; readonly notes: readonly string[] }
  | Extract<ScrubResult, { readonly ok: false }>;

const isLink = /https?:\/\/|www\./i;
/** Markup, or a template's. */
const isCode = /[<>{}]/;

function readNames(input: LeadInput, display: string): Names {
  for (const field of ['firstName', 'lastName'] as const) {
    // Spammers put their link where a greeting repeats it to whoever they sign up.
    if (isLink.test(text(input[field]))) {
      return { ok: false, field, reason: 'name-link', message: 'a link in place of a name' };
    }
  }
  for (const field of ['firstName', 'lastName'] as const) {
    if (isCode.test(text(input[field]))) {
      return { ok: false, field, reason: 'name-code', message: 'code in place of a name' };
    }
  }
  const notes: string[] = [];
  const named = (field: 'firstName' | 'lastName'): string => {
    const given = text(input[field]);
    if (given === '' || isNamelike(given)) return given;
    notes.push(`${field}: ${given.includes('@') ? 'an address' : 'a number'}, not a name, left empty`);
    return '';
  };
  const { first, last } = settled(
    { first: named('firstName'), last: named('lastName') },
    isCode.test(display) || isLink.test(text(display)) ? '' : text(display),
  );
  if (isMadeUp(first.toLowerCase(), last.toLowerCase())) {
    return { ok: false, field: 'firstName', reason: 'name-fake', message: 'a made-up name' };
  }
  return { ok: true, first, last, notes };
}

/** Cleaning one part may show what the other is (`Dr.`, `Berg, Anna`): again, until nothing changes. */
function settled(given: { first: string; last: string }, display: string): { first: string; last: string } {
  const whole = wholeName(given.first, given.last, display);
  const read = (part: 'first' | 'last'): string => {
    const name = isNamelike(whole[part]) ? personName(whole[part], part) : '';
    return isNamelike(name) ? name : '';
  };
  const names = { first: read('first'), last: read('last') };
  return names.first === given.first && names.last === given.last ? names : settled(names, '');
}

/** Has a letter, and is no address. */
const isNamelike = (text: string): boolean => /\p{L}/u.test(text) && !/\S@\S/.test(text);

/** `Last, First` in one of the fields, or the name before the address where both are empty. */
function wholeName(first: string, last: string, display: string): { first: string; last: string } {
  if (first === '' && last === '') return splitName(display);
  const alone = first === '' ? last : last === '' ? first : '';
  return alone.includes(',') ? splitName(alone) : { first, last };
}

/** Both parts typed to get past the form, or a name everybody takes for that. */
function isMadeUp(first: string, last: string): boolean {
  if (stockNames.has(`${first} ${last}`)) return true;
  const fake = (word: string): boolean => madeUpNames.has(word) || isMash(word);
  return (fake(first) && fake(last)) || (/^[axyz]$/.test(first) && first === last);
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
