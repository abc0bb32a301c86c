/**
 * The scalars of playbook files. Each schema's `error` says what was expected, in words for the author:
 * problems show it as it stands (`../issues.ts`).
 */
import { getCountry } from 'countries-and-timezones';
import { z } from 'zod';
import { canonicalLanguage } from '../../core/language.ts';
import { isCurrency } from '../../core/money.ts';

export { KNOWN_KEYS, object } from '../../core/shape.ts';

/** What an author reads as "expected", for every issue of this schema. */
const expecting = (expected: string) => ({ error: expected });

/** Some text of one line or more, at most `max` UTF-16 units. */
export const text = (expected: string, max = 500) =>
  z
    .string(expecting(expected))
    .min(1, expecting(expected))
    .max(max, expecting(`${expected}, at most ${max} characters`));

const pattern = (regex: RegExp, expected: string, max = 260) =>
  z
    .string(expecting(expected))
    .regex(regex, expecting(expected))
    .max(max, expecting(`${expected}, at most ${max} characters`));

export const ID_PATTERN = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Ids end up in paths, links and Temporal's UI: lower-case words joined by hyphens. */
export const id = pattern(ID_PATTERN, 'lower-case words joined by hyphens, such as "evaluation-guide"', 60);

/** Definitions are names inside conditions, where a hyphen is a minus. */
export const definitionName = pattern(
  /^[a-z][A-Za-z0-9_]{0,59}$/,
  'a name for conditions: letters, digits and _, such as "mql"',
);

/** Signal types. */
export const signalType = pattern(
  /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/,
  'a signal type: lower-case words joined by dots or hyphens, such as "page.pricing"',
  60,
);

/** A CEL condition; what it may say is checked apart (`../cel.ts`). */
export const condition = text('a condition in quotes, such as "stage == \'exploring\'"', 2_000).meta({
  description: 'A CEL condition',
});

/** A Liquid template; what it may say is checked apart (`../templates.ts`). */
export const template = (expected: string, max = 500) => text(expected, max).meta({ description: 'A Liquid template' });

const DURATION =
  /^P(?=[0-9T])(?:\d{1,4}Y)?(?:\d{1,5}M)?(?:\d{1,5}W)?(?:\d{1,5}D)?(?:T(?=\d)(?:\d{1,6}H)?(?:\d{1,7}M)?(?:\d{1,8}S)?)?$/;
const DATE_DAYS: Readonly<Record<string, number>> = { Y: 366, M: 31, W: 7, D: 1 };
const TIME_DAYS: Readonly<Record<string, number>> = { H: 1 / 24, M: 1 / 1_440, S: 1 / 86_400 };
/** Longest span a playbook may speak of: beyond it instants stop being dates. */
const MAX_DAYS = 366 * 20;

/** Whether the text is a positive ISO 8601 duration of whole numbers, at most 20 years. */
export function isDuration(value: string): boolean {
  if (!DURATION.test(value) || !/[1-9]/.test(value)) return false;
  const [date = '', time = ''] = value.slice(1).split('T');
  let days = 0;
  for (const [, n, unit = ''] of date.matchAll(/(\d+)([YMWD])/g)) days += Number(n) * (DATE_DAYS[unit] ?? 0);
  for (const [, n, unit = ''] of time.matchAll(/(\d+)([HMS])/g)) days += Number(n) * (TIME_DAYS[unit] ?? 0);
  return days <= MAX_DAYS;
}

export const DURATION_EXPECTED = 'an ISO 8601 duration above zero, such as "P3D" or "PT4H"';
export const duration = pattern(DURATION, DURATION_EXPECTED)
  .refine(isDuration, expecting(DURATION_EXPECTED))
  .meta({ description: 'ISO 8601 duration', examples: ['P3D', 'PT4H'] });

const OFFSET_EXPECTED = 'an ISO 8601 duration, negative for before, such as "-P1D"';
/** A duration that may be negative or nothing. */
export const offset = z
  .string(expecting(OFFSET_EXPECTED))
  .regex(/^-?P/, expecting(OFFSET_EXPECTED))
  .refine((value) => {
    const plain = value.replace(/^-/, '');
    return isDuration(plain) || (DURATION.test(plain) && !/[1-9]/.test(plain));
  }, expecting(OFFSET_EXPECTED));

const WORKING_EXPECTED = 'working days, then working hours, such as "P1D", "PT10H" or "P1DT10H"';
/** Working time knows days and hours of a calendar, no weeks and months. */
export const workingDuration = pattern(
  /^P(?=[0-9T])(?:\d{1,3}D)?(?:T(?=\d)(?:\d{1,4}H)?(?:\d{1,5}M)?)?$/,
  WORKING_EXPECTED,
).refine((value) => /[1-9]/.test(value), expecting(WORKING_EXPECTED));

const TIME_EXPECTED = 'a time of day as "HH:MM", such as "09:00"';
export const time = pattern(/^(?:[01]\d|2[0-3]):[0-5]\d$/, TIME_EXPECTED);

const DATE_EXPECTED = 'a date that exists as YYYY-MM-DD, such as 2026-12-25';
export const date = pattern(/^\d{4}-\d{2}-\d{2}$/, DATE_EXPECTED).refine((value) => {
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
}, expecting(DATE_EXPECTED));

const YEAR_DAY_EXPECTED = 'a day of every year as MM-DD, such as 12-01, or a date such as 2026-12-25';
/** A day of every year, the 29th of February too, or one date. */
export const yearDay = pattern(/^(?:\d{4}-)?\d{2}-\d{2}$/, YEAR_DAY_EXPECTED).refine((value) => {
  const at = new Date(`${value.length === 5 ? `2024-${value}` : value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10).endsWith(value);
}, expecting(YEAR_DAY_EXPECTED));

const ZONE_EXPECTED = 'an IANA time zone, such as "Europe/London"';
export const zone = z
  .string(expecting(ZONE_EXPECTED))
  .regex(/^[A-Z]/, expecting(ZONE_EXPECTED))
  .refine((value) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }).format(0) !== '';
    } catch {
      return false;
    }
  }, expecting(ZONE_EXPECTED));

const COUNTRY_EXPECTED = 'an ISO 3166 country code of two capital letters, such as "GB"';
export const country = pattern(/^[A-Z]{2}$/, COUNTRY_EXPECTED).refine(
  (value) => getCountry(value) !== null,
  expecting(COUNTRY_EXPECTED),
);

/** What may be a place; whether there is such a country, zone or region is checked apart. */
export const place = pattern(
  /^(?:[A-Z]{2}|[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)*(?:\/\*)?|[a-z0-9]+(?:-[a-z0-9]+)*)$/,
  'a country such as GB, a time zone such as Europe/Berlin or America/*, or a region of playbook.yaml',
  60,
);

const LANGUAGE_EXPECTED = 'a language tag as BCP 47 writes it, such as "en", "de" or "pt-BR"';
export const languageTag = z
  .string(expecting(LANGUAGE_EXPECTED))
  .refine((value) => canonicalLanguage(value) === value, expecting(LANGUAGE_EXPECTED));

const CURRENCY_EXPECTED = 'an ISO 4217 currency code of three capital letters, such as "EUR"';
export const currency = pattern(/^[A-Z]{3}$/, CURRENCY_EXPECTED).refine(isCurrency, expecting(CURRENCY_EXPECTED));

/** Rep ids are their addresses; they are compared as written, so only the normal form is taken. */
const EMAIL = /^[a-z0-9._%+'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
export const emailAddress = pattern(EMAIL, 'an email address in lower case, such as "rep-1@northwind.example"', 254);

/** One of these words, or an address. */
export const wordOrAddress = (words: readonly string[]) =>
  pattern(
    new RegExp(`^(?:${words.join('|')})$|${EMAIL.source}`),
    `${words.map((word) => `"${word}"`).join(', ')}, or an address`,
    254,
  );

export const domain = pattern(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'a domain, such as "reply.northwind.example"');

export const wholeNumber = (expected: string, min: number, max: number) =>
  z.int(expecting(expected)).min(min, expecting(expected)).max(max, expecting(expected));

export const amount = (expected: string, min: number, max: number) =>
  z.number(expecting(expected)).min(min, expecting(expected)).max(max, expecting(expected));

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, expecting(values.map((value) => `"${value}"`).join(' or ')));

/** A list without repeats. */
export const listOf = <T extends z.ZodType>(item: T, expected: string, min = 0) =>
  z.array(item, expecting(expected)).min(min, expecting(expected)).max(500, expecting('at most 500 entries'));

/** A map from names to values. */
export const mapOf = <K extends z.core.$ZodRecordKey, T extends z.ZodType>(key: K, value: T, expected: string) =>
  z.record(key, value, expecting(expected));
