/** A playbook as files: which of a folder's files count, and their content hash. */
import { createHash } from 'node:crypto';
import { canonicalLanguage } from '../core/language.ts';

/** Path inside the folder (`playbook.yaml`, `cadences/x.yaml`, `emails/x.md`, `emails/x.de.mjml`) to text. */
export type PlaybookFiles = Readonly<Record<string, string>>;

/**
 * A playbook is text written by people: above these sizes something else was handed in. The worst files of
 * this size take about a second to check.
 */
export const MAX_FILE_BYTES = 64 * 1024;
export const MAX_TOTAL_BYTES = 4 * 1024 * 1024;
export const MAX_FILES = 1_000;

const ID = '[a-z0-9]+(?:-[a-z0-9]+)*';
const COUNTED = new RegExp(`^(?:playbook\\.yaml|cadences/${ID}\\.yaml|emails/${ID}\\.(?:md|mjml))$`);
const EMAIL = /^emails\/([^/.]+)(?:\.([^/.]+))?\.(md|mjml)$/;

/** Whether this path is one of the files a playbook consists of. */
export function isPlaybookFile(path: string): boolean {
  if (COUNTED.test(path)) return true;
  const { language } = emailName(path) ?? {};
  if (language === undefined || canonicalLanguage(language) !== language) return false;
  return COUNTED.test(path.replace(`.${language}.`, '.'));
}

/** The id a file's name says: `emails/short-nudge.md` and `emails/short-nudge.de.md` are `short-nudge`. */
export const idOfFile = (path: string): string => path.replace(/^.*\//, '').replace(/(?:\.[^.]*)*$/, '');

/** What the name of an email's file says; undefined when it is none. */
export function emailName(
  path: string,
): { readonly id: string; readonly language?: string; readonly format: 'markdown' | 'mjml' } | undefined {
  const [, id, language, ending] = EMAIL.exec(path) ?? [];
  if (id === undefined) return undefined;
  return { id, ...(language !== undefined && { language }), format: ending === 'mjml' ? 'mjml' : 'markdown' };
}

/** LF line ends and no byte order mark, so that a checkout on Windows has the same hash. */
export const normalise = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');

/** SHA-256, hex, over the normalised files that count, sorted by path. Lengths keep file borders unambiguous. */
export function hashFiles(files: PlaybookFiles): string {
  const hash = createHash('sha256');
  for (const path of Object.keys(files).filter(isPlaybookFile).sort()) {
    const text = normalise(files[path] ?? '');
    hash.update(`${path}\n${Buffer.byteLength(text)}\n${text}`);
  }
  return hash.digest('hex');
}
