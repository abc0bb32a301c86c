/**
 * An email in a rep's own words: Markdown as in the playbook, but without Liquid. What it begins with is the playbook's
 * text with the lead's values in it, escaped, so that what a lead typed cannot become markup this way either.
 */
import { VolleyError } from '../core/errors.ts';
import { headerText } from './headers.ts';
import { checkBody } from './markdown.ts';
import { isBlank } from './visible.ts';

export interface Edited {
  /** Absent: the playbook's. */
  readonly subject?: string | undefined;
  /** Markdown. */
  readonly text: string;
}

const BRACE = '{{ "{" }}';

/** A Liquid template that puts out this text as it stands. */
export const literal = (text: string): string => text.replace(/\{(?=[{%])/g, BRACE);

/** A value as Markdown that shows its characters. */
export const escapeMarkdown = (value: unknown): string =>
  String(value ?? '')
    .replace(/[\\`*[\]<>]/g, '\\$&')
    .replace(/:(?=\/\/)|(?<=\bwww)\./gi, '\\$&');

/** What keeps this text from being an email, where, and what to do; in the order of the text. */
export function whyNoBody(text: string): string[] {
  // As a form sends it, with CR LF, Markdown would lose count.
  const plain = text.replace(/\r\n?/g, '\n');
  const template = literal(plain);
  return checkBody(template).map(({ offset, message, expected }) => {
    const before = template.slice(0, offset).replaceAll(BRACE, '{').split('\n');
    return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${message} (expected ${expected})`;
  });
}

/** What keeps this line from being a subject, in words; undefined when nothing does. */
export function whyNoSubject(subject: string): string | undefined {
  if (isBlank(subject))
    return 'it has nothing that can be read (expected words, or no subject at all to keep the email’s)';
  try {
    headerText('Subject', subject.trim());
    return undefined;
  } catch (error) {
    if (error instanceof VolleyError) return `${error.message} (expected one line of plain text)`;
    throw error;
  }
}
