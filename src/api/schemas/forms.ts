/**
 * JSON Schema of text whose rule a schema cannot say whole. Formats of our own name such a rule, so that the document
 * says it and who makes requests from it (`npm run test:fuzz`) can keep to it.
 */

/** Postgres has no NUL in text. */
const NO_NUL = '^[^\\u0000]*$';

/** Text of so many characters. */
export const textForm = (maxLength: number, minLength = 1) =>
  ({ type: 'string', minLength, maxLength, pattern: NO_NUL }) as const;

const FORMATS = {
  'time-zone': 'A time zone by its IANA name.',
  'language-tag': 'A language tag (BCP 47) of a language that is known.',
  currency: 'A currency of ISO 4217.',
  domain: 'A domain that a company can have.',
  'account-key': 'The id of an account, or the domain it is known by.',
  phone: 'A phone number with its country code.',
  page: 'A path, or an address with http or https.',
  'deal-stage': 'Text with a letter or digit.',
  about: '`step:CADENCE/STEP`, `cadence:NAME`, `custody`, `stage`, `score`, `silence` or `position`.',
  'task-states': 'One or several of the states, with commas.',
  'rep-address': 'An address that mail can have.',
  cursor: '`next` of the page before.',
  'webhook-url': 'An https URL that may be called from here.',
} as const;

export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES: readonly string[] = Object.keys(FORMATS);

/** Text of one of our own formats; how long it may be is part of the rule. */
export const formatted = (format: Format) => ({ type: 'string', format }) as const;

/** What names of members must be; the generator's own types do not know this keyword of JSON Schema. */
export const namedBy = (propertyNames: object): object => ({ propertyNames });

type Rule = { const?: string; not?: Record<string, never> };
type Branch = { required: string[]; properties: Record<string, Rule> };

/** No value is one. */
export const NOTHING = { not: {} };

/**
 * One of these members, and no two of them; `more` is what else then holds, by the member that is there.
 */
export function eitherOf(
  names: readonly string[],
  more: Readonly<Record<string, Record<string, Rule>>> = {},
): { anyOf: Branch[] } {
  return {
    anyOf: names.map((name) => ({
      required: [name],
      properties: {
        ...Object.fromEntries(names.filter((other) => other !== name).map((other) => [other, NOTHING])),
        ...(more[name] ?? {}),
      },
    })),
  };
}
