/**
 * The packages of Temporal's SDK as they are, since a bundler cannot take them: threads load files by name, and the
 * core is a native binary. Only what runs is taken: one binary of five, and nothing that bundles workflows.
 */
import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { ROOT } from './bundle.ts';

const ROOTS = [
  '@temporalio/activity',
  '@temporalio/client',
  '@temporalio/common',
  '@temporalio/lambda-worker',
  '@temporalio/proto',
  '@temporalio/worker',
];

/** Bundling workflows needs these; ours are bundled before. They are loaded with the SDK, so something must be there. */
const EMPTY = new Set(['webpack', '@swc/core', 'swc-loader', 'source-map-loader', 'memfs', 'unionfs']);

const TARGETS = { arm64: 'aarch64-unknown-linux-gnu', x64: 'x86_64-unknown-linux-gnu' } as const;

const manifestSchema = z.looseObject({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

const there = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Folder of a package, as Node looks for it from `from` upwards. @throws when it is not installed */
async function find(name: string, from: string): Promise<string> {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (await there(join(folder, 'package.json'))) return folder;
    if (at === ROOT || at === dirname(at)) throw new Error(`${name} is not installed: run npm ci`);
  }
}

/** Everything that runs of these packages and of all they need: folders, each once. */
async function closure(): Promise<{ readonly folders: readonly string[]; readonly empty: readonly string[] }> {
  const folders = new Set<string>();
  const empty = new Set<string>();
  const visit = async (name: string, from: string): Promise<void> => {
    if (EMPTY.has(name)) {
      empty.add(name);
      return;
    }
    const folder = await find(name, from);
    if (folders.has(folder)) return;
    folders.add(folder);
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
    for (const needed of Object.keys(manifest.dependencies)) await visit(needed, folder);
  };
  for (const root of ROOTS) await visit(root, ROOT);
  return { folders: [...folders].sort(), empty: [...empty].sort() };
}

const NOT_RUN = /\.(d\.[cm]?ts|ts|map|md|markdown|flow|rs|toml|lock|proto)$|^(LICENSE|CHANGELOG|README)/i;

/** Whether a file of a package is taken. */
function runs(path: string, folder: string, arch: keyof typeof TARGETS): boolean {
  const parts = relative(folder, path).split(sep);
  // What is nested belongs to a package of its own in the closure.
  if (parts.includes('node_modules')) return false;
  if (folder.endsWith(join('@temporalio', 'core-bridge'))) {
    const [first = '', target] = parts;
    if (first === 'releases') return target === undefined || target === TARGETS[arch];
    if (!['', 'lib', 'index.js', 'common.js', 'package.json'].includes(first)) return false;
  }
  if (basename(dirname(folder)) === '@temporalio' && parts[0] === 'src') return false;
  return !NOT_RUN.test(basename(path));
}

/** Puts the packages under `folder/node_modules`. */
export async function copyPackages(folder: string, arch: keyof typeof TARGETS): Promise<void> {
  const { folders, empty } = await closure();
  for (const from of folders) {
    const to = join(folder, relative(ROOT, from));
    await mkdir(dirname(to), { recursive: true });
    await cp(from, to, { recursive: true, dereference: true, filter: (path) => runs(path, from, arch) });
  }
  for (const name of empty) {
    const to = join(folder, 'node_modules', name);
    await mkdir(to, { recursive: true });
    await writeFile(join(to, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
    await writeFile(join(to, 'index.js'), 'module.exports = {};\n');
  }
}
