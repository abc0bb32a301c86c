/**
 * An email in a rep's own words: Markdown as in the playbook, but without Liquid. What it begins with is the playbook's
 * text with the lead's values in it, escaped, so that what a lead typed cannot become markup this way either.
 */
import { VolleyError } from '../core/errors.ts';
import { compileBody } from './markdown.ts';

export interface Edited {
  /** Absent: the playbook's. */
  readonly subject?: string | undefined;
  /** Markdown. */
  readonly text: string;
}

/** A Liquid template that puts out this text as it stands. */
export const literal = (text: string): string => text.replace(/\{(?=[{%])/g, '{{ "{" }}');

/** A value as Markdown that shows its characters. */
export const escapeMarkdown = (value: unknown): string =>
  String(value ?? '')
    .replace(/[\\`*[\]<>]/g, '\\$&')
    .replace(/:(?=\/\/)|(?<=\bwww)\./gi, '\\$&');

/** What keeps this text from being an email, in words; undefined when nothing does. */
export function whyNoBody(text: string): string | undefined {
  try {
    compileBody('draft', literal(text));
    return undefined;
  } catch (error) {
    if (error instanceof VolleyError) return error.message.replace('email draft: ', '');
    throw error;
  }
}
