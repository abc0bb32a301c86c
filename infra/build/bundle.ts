/** Makes one file of a function and all it needs. */
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

export const ROOT = join(import.meta.dirname, '../..');

/**
 * Loaded and never asked: the embedded database (functions talk to a server), what MJML could tidy its HTML with, and
 * what cheerio could fetch and decode with. Without them the API is 1.8 MB to upload, with them 2.6 and the database.
 */
const NEVER_ASKED = ['@electric-sql/pglite', 'htmlnano', 'js-beautify', 'cssnano', 'undici', 'encoding-sniffer'];

const withoutThem: Plugin = {
  name: 'without-what-is-never-asked',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${NEVER_ASKED.join('|')})$|/pglite-dialect\\.ts$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'absent' }));
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

const REQUIRE = 'const require = createRequire(import.meta.url);';

/** MJML is loaded by a `require` of Node's, which a bundler does not see; its own is one it follows. */
const withMjml: Plugin = {
  name: 'with-mjml',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]email[\\/]mjml[\\/]library\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes(REQUIRE)) throw new Error(`${path} no longer loads MJML as this bundler expects`);
      return { contents: text.replace(REQUIRE, ''), loader: 'ts' };
    });
  },
};

/** Code made for CommonJS asks for these, which a module does not have. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  "import { dirname as __dirnameOf } from 'node:path';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  'const __dirname = __dirnameOf(__filename);',
].join('');

export interface BundleOptions {
  /** Files under `infra/functions`, by the name they get. */
  readonly entries: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Packages that lie beside it as they are. */
  readonly external?: readonly string[];
}

/** Bundles into a folder, which is emptied before, with the migrations beside it. */
export async function bundle({ entries, folder, external = [] }: BundleOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: join(ROOT, 'infra/functions', file), out })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: Object.keys(entries).length > 1,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    // Errors name classes, and Temporal finds workflows by the names of functions.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
    external: [...external],
    plugins: [withoutThem, withMjml],
    banner: { js: BANNER },
  });
  await cp(join(ROOT, 'src/store/migrations'), join(folder, 'migrations'), { recursive: true });
}
