/**
 * A playbook's folder on disk. Whatever lies in it and cannot be read as a playbook's file is a problem
 * or a warning at that file: a file that counts for nothing without a word costs somebody an afternoon.
 */
import type { Stats } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VolleyError } from '../core/errors.ts';
import { systemErrorCode, systemErrorWords } from '../system-error.ts';
import { isPlaybookFile, MAX_FILE_BYTES, MAX_FILES, type PlaybookFiles } from './files.ts';
import { nearest } from './nearest.ts';
import { type PlaybookProblem, sizeProblem, wholeFile } from './problems.ts';
import { readText } from './text.ts';

/** What a folder holds, and what in it could not be read. */
export interface PlaybookFolder {
  readonly files: PlaybookFiles;
  /** At their files; a file with a problem is not among `files`. */
  readonly problems: readonly PlaybookProblem[];
  readonly warnings: readonly PlaybookProblem[];
}

const PLAYBOOK = 'playbook.yaml';
const FOLDERS: Readonly<Record<string, string>> = {
  cadences: 'files, cadences/NAME.yaml',
  emails: 'files, emails/NAME.md or emails/NAME.mjml',
};
/** Files beside playbook.yaml that other commands read. */
const BESIDE = new Set(['behaviour.yaml', 'reps.yaml']);
const LIKE_A_FILE = /\.(?:ya?ml|md|mjml)$/i;

/**
 * Reads `playbook.yaml` and everything in `cadences/` and `emails/`, also files with a wrong name there, so
 * that `compile` can say so. Links are followed. A missing `playbook.yaml` is left to `compile` too.
 * @throws VolleyError `no-playbook-folder`
 */
export async function readPlaybookFolder(dir: string): Promise<PlaybookFolder> {
  const reading: Reading = { dir, paths: [], files: {}, problems: [], warnings: [] };
  for (const name of await namesIn(dir)) await lookAt(reading, name);
  const { paths, problems } = reading;
  if (paths.length > MAX_FILES) {
    problems.push(wholeFile(PLAYBOOK, `the playbook has ${paths.length} files`, `at most ${MAX_FILES} files`));
  }
  for (const path of paths.sort().slice(0, MAX_FILES)) await read(reading, path);
  return reading;
}

interface Reading {
  readonly dir: string;
  readonly paths: string[];
  readonly files: Record<string, string>;
  readonly problems: PlaybookProblem[];
  readonly warnings: PlaybookProblem[];
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return visible(await readdir(dir));
  } catch (cause) {
    const code = systemErrorCode(cause);
    const message =
      code === 'ENOENT'
        ? `There is no folder ${dir}.`
        : `The folder ${dir} cannot be read: ${systemErrorWords(cause)}.`;
    throw new VolleyError('no-playbook-folder', message, { fix: 'Give the folder that holds playbook.yaml.', cause });
  }
}

/** In order, so that what is said does not depend on the disk. Editors and systems leave hidden files. */
const visible = (names: readonly string[]): string[] => names.filter((name) => !name.startsWith('.')).sort();

/** One entry beside playbook.yaml. */
async function lookAt(reading: Reading, name: string): Promise<void> {
  const { dir, paths, problems, warnings } = reading;
  const belongs = Object.hasOwn(FOLDERS, name);
  const near = nearest(name, Object.keys(FOLDERS));
  // What has nothing to do with a playbook may be as it likes.
  if (!belongs && near === undefined && !/\.ya?ml$/i.test(name)) {
    const found = await stat(join(dir, name)).catch(() => undefined);
    if (!found?.isDirectory()) return;
  }
  const found = await entry(reading, name);
  if (found === undefined) return;
  if (!found.isDirectory()) {
    if (belongs) problems.push(wholeFile(name, 'this is a file', `a folder of ${FOLDERS[name]}`));
    else if (/\.ya?ml$/i.test(name) && !BESIDE.has(name)) paths.push(name);
    return;
  }
  const inside = await readdir(join(dir, name)).catch((error: unknown) => {
    if (belongs || near !== undefined) problems.push(unreadable(name, error));
    return [];
  });
  if (belongs) for (const file of visible(inside)) await lookInside(reading, `${name}/${file}`);
  else if (LIKE_A_FILE.test(name)) problems.push(wholeFile(name, 'this is a folder', `a file ${PLAYBOOK}`));
  else if (near !== undefined && inside.some((file) => LIKE_A_FILE.test(file))) {
    problems.push(
      wholeFile(name, `a playbook has no folder of this name, did you mean '${near}'?`, `the folder ${near}`),
    );
  } else if (inside.some((file) => /\.ya?ml$/i.test(file))) {
    warnings.push(
      wholeFile(name, 'this folder is no part of a playbook and is left out', 'the folders cadences and emails'),
    );
  }
}

/** One entry of `cadences` or `emails`. */
async function lookInside(reading: Reading, path: string): Promise<void> {
  const found = await entry(reading, path);
  if (found?.isFile()) reading.paths.push(path);
  else if (found !== undefined) {
    const what = found.isDirectory() ? 'this is a folder, and what is in it is not read' : 'this is no file';
    reading.problems.push(wholeFile(path, what, FOLDERS[path.split('/')[0] ?? ''] ?? 'a file'));
  }
}

/** What is at a path, behind its links; a link to nothing and the like is a problem. */
async function entry({ dir, problems }: Reading, path: string): Promise<Stats | undefined> {
  try {
    return await stat(join(dir, path));
  } catch (error) {
    const target = await readlink(join(dir, path)).catch(() => undefined);
    const broken = systemErrorCode(error) === 'ENOENT' && target !== undefined;
    problems.push(
      broken ? wholeFile(path, `the link to ${target} leads nowhere`, 'a link to a file') : unreadable(path, error),
    );
    return undefined;
  }
}

async function read({ dir, files, problems }: Reading, path: string): Promise<void> {
  try {
    const { size } = await stat(join(dir, path));
    if (size > MAX_FILE_BYTES && isPlaybookFile(path)) {
      problems.push(sizeProblem(path, size));
      return;
    }
    const bytes = size > MAX_FILE_BYTES ? new Uint8Array() : await readFile(join(dir, path));
    const text = readText(bytes);
    if (typeof text === 'string') files[path] = text;
    // Its name is wrong already, and that is what `compile` says.
    else if (!isPlaybookFile(path)) files[path] = '';
    else problems.push(wholeFile(path, text.message, text.expected));
  } catch (error) {
    problems.push(unreadable(path, error));
  }
}

const unreadable = (path: string, error: unknown): PlaybookProblem =>
  wholeFile(path, `it cannot be read: ${systemErrorWords(error)}`, 'something that Volley may read');
