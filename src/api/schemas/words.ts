/** What the schemas' library would say in words of its own, in words for those who called. */
import type { z } from '@hono/zod-openapi';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'must be a date and time that exists, in ISO 8601 with a zone, e.g. 2026-11-24T08:12:00Z',
  date: 'must be a date that exists, e.g. 2026-11-24',
  email: 'must be an email address',
  uuid: 'must be an id, a UUID',
  url: 'must be a web address',
};

const units = (origin: string): string => (origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '');

/** For `z.config({ customError })`: a schema's own message goes before it. Undefined: the library's. */
export function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return FORMATS[issue.format];
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `must ${issue.origin === 'array' || issue.origin === 'string' ? 'have' : 'be'} at least ${issue.minimum}${units(issue.origin)}`;
    case 'too_big':
      return `must ${issue.origin === 'array' || issue.origin === 'string' ? 'have' : 'be'} at most ${issue.maximum}${units(issue.origin)}`;
    default:
      return undefined;
  }
}
