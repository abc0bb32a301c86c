/** Readers of options, and the errors of wrong use (exit code 2). */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { VolleyError } from '../core/errors.ts';
import { systemErrorCode, systemErrorWords } from '../system-error.ts';

export const wrongUse = (message: string, fix?: string): VolleyError =>
  new VolleyError('wrong-use', message, fix === undefined ? {} : { fix });

export const notInThisVersion = (what: string): VolleyError =>
  new VolleyError('not-in-this-version', `${what} is not in this version`, { fix: '`volley --help` lists what is.' });

/**
 * The file is there and may be read; a pipe will do.
 * @returns its size in bytes
 */
export async function requireFile(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw wrongUse(`${file} is a folder, not a file`);
    await access(file, constants.R_OK);
    return found.size;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    const missing = systemErrorCode(error) === 'ENOENT';
    throw wrongUse(missing ? `there is no file ${file}` : `${file} cannot be read: ${systemErrorWords(error)}`);
  }
}

/** How the leads in a file are written, by its name: NDJSON, else CSV. */
export const formatOfFile = (file: string): 'csv' | 'ndjson' => (/\.(ndjson|jsonl)$/i.test(file) ? 'ndjson' : 'csv');

/** A whole number in a range, for an option. */
export const integer =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };

/** A date `YYYY-MM-DD` that exists. */
export function calendarDate(text: string): string {
  const exists = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
  if (!exists || new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('It must be a date that exists, as YYYY-MM-DD.');
  }
  return text;
}
