/** The sources once more, to deploy another version of them: a change is made where a developer would make it. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['activities', 'bin', 'cdk.json', 'infra', 'package.json', 'src', 'tsconfig.json', 'workflows'];

/** Copies what is deployed into the folder, which must not be there. */
export async function checkout(folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of SOURCES) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** Replaces text in one of its files. @throws when the text is not there exactly once */
export async function edit(folder: string, file: string, before: string, after: string): Promise<void> {
  const path = join(folder, file);
  const parts = (await readFile(path, 'utf8')).split(before);
  if (parts.length !== 2) throw new Error(`${file} has ${JSON.stringify(before)} ${parts.length - 1} times`);
  await writeFile(path, parts.join(after));
}
