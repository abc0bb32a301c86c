/** Builds everything that is uploaded, into `dist/functions`. The same sources make the same bytes, so nothing is deployed twice. */
import { createHash } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { readMigrations } from '../../src/store/migrate.ts';
import { buildIdOf, bundleWorkflows } from '../../src/worker/bundle.ts';
import type { Asset, Assets } from '../assets.ts';
import type { Settings } from '../settings.ts';
import { bundle, ROOT } from './bundle.ts';
import { copyPackages } from './packages.ts';

const OUT = join(ROOT, 'dist/functions');

/** A map of nothing: the real one holds paths of the machine it was made on, and the SDK insists on one. */
const NO_MAP = Buffer.from(
  JSON.stringify({ version: 3, file: 'workflows.js', sources: [], names: [], mappings: '' }),
).toString('base64');

const withoutMap = (code: string): string =>
  `${code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '')}\n//# sourceMappingURL=data:application/json;base64,${NO_MAP}`;

async function plain(name: string, out: string): Promise<Asset> {
  const folder = join(out, name);
  await bundle({ entries: { index: `${name}.ts` }, folder });
  return { folder, code: Code.fromAsset(folder) };
}

async function worker({ arch }: Pick<Settings, 'arch'>, out: string): Promise<Assets['worker']> {
  const folder = join(out, 'worker');
  const entries = { lead: 'lead.ts', email: 'email.ts', fargate: 'fargate.ts', release: 'release.ts' };
  await bundle({ entries, folder, external: ['@temporalio/*'] });
  const [{ code }] = await Promise.all([bundleWorkflows(), copyPackages(folder, arch)]);
  await writeFile(join(folder, 'workflows.js'), withoutMap(code));
  await copyFile(join(import.meta.dirname, 'Dockerfile'), join(folder, 'Dockerfile'));
  return { folder, code: Code.fromAsset(folder, { exclude: ['Dockerfile'] }), buildId: buildIdOf(code) };
}

/** Hash over all migrations: another one makes them run. */
export const migrationsHash = (): string => {
  const hash = createHash('sha256');
  for (const { name, sql } of readMigrations()) hash.update(`${name}\n${sql}\n`);
  return hash.digest('hex').slice(0, 16);
};

export async function buildAssets(settings: Pick<Settings, 'arch'>, out: string = OUT): Promise<Assets> {
  const [api, events, inbound, sweep, migrate, workers] = await Promise.all([
    plain('api', out),
    plain('events', out),
    plain('inbound', out),
    plain('sweep', out),
    plain('migrate', out),
    worker(settings, out),
  ]);
  return { api, events, inbound, sweep, migrate, worker: workers, migrations: migrationsHash() };
}
