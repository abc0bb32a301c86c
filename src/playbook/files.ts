/** A playbook as files: which of a folder's files count, how they are read, and their content hash. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VolleyError } from '../core/errors.ts';

/** Path inside the folder (`playbook.yaml`, `cadences/x.yaml`, `emails/x.md`) to text. */
export type PlaybookFiles = Readonly<Record<string, string>>;

/**
 * A playbook is text written by people: above these sizes something else was handed in. The worst files of
 * this size take about a second to check.
 */
export const MAX_FILE_BYTES = 64 * 1024;
export const MAX_TOTAL_BYTES = 4 * 1024 * 1024;
export const MAX_FILES = 1_000;

const ID = '[a-z0-9]+(?:-[a-z0-9]+)*';
const COUNTED = new RegExp(`^(?:playbook\\.yaml|cadences/${ID}\\.yaml|emails/${ID}\\.md)$`);

/** Whether this path is one of the files a playbook consists of. */
export const isPlaybookFile = (path: string): boolean => COUNTED.test(path);

/** The id a file's name says: `emails/short-nudge.md` is `short-nudge`. */
export const idOfFile = (path: string): string => path.replace(/^.*\//, '').replace(/\.(?:yaml|md)$/, '');

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

/**
 * Reads `playbook.yaml` and everything in `cadences/` and `emails/`, also files with a wrong name there, so
 * that `compile` can say so. A missing `playbook.yaml` is left to `compile` too.
 * @throws VolleyError `no-playbook-folder`, `playbook-too-large`, `playbook-not-text`
 */
export async function readPlaybookFolder(dir: string): Promise<PlaybookFiles> {
  const folder = await stat(dir).catch(() => null);
  if (!folder?.isDirectory()) {
    throw new VolleyError('no-playbook-folder', `There is no folder ${dir}.`, {
      fix: 'Give the folder that holds playbook.yaml.',
    });
  }
  const paths = ['playbook.yaml'];
  for (const sub of ['cadences', 'emails']) {
    const entries = await readdir(join(dir, sub), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isFile() && !entry.name.startsWith('.')) paths.push(`${sub}/${entry.name}`);
    }
  }
  if (paths.length > MAX_FILES) {
    throw new VolleyError('playbook-too-large', `${dir} holds ${paths.length} files, more than ${MAX_FILES}.`);
  }
  const files: Record<string, string> = {};
  for (const path of paths.sort()) {
    const text = await readText(dir, path);
    if (text !== null) files[path] = text;
  }
  return files;
}

async function readText(dir: string, path: string): Promise<string | null> {
  const bytes = await readFile(join(dir, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (bytes === null) return null;
  if (bytes.length > MAX_FILE_BYTES) {
    throw new VolleyError('playbook-too-large', `${path} has ${bytes.length} bytes, more than ${MAX_FILE_BYTES}.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new VolleyError('playbook-not-text', `${path} is not UTF-8 text.`, {
      fix: 'Save it as UTF-8.',
      cause,
    });
  }
}
