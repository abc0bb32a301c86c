/** The audit of dependencies, on npm's own report from a registry of this machine. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Allowed, allowedSchema, judge, judgeLock, reportIn } from './audit/audit.ts';

const ROOT = join(import.meta.dirname, '..');
const GHSA = 'GHSA-abcd-1234-wxyz';
const ALLOWED: Allowed[number] = {
  advisory: GHSA,
  package: 'hono',
  until: '2026-12-31',
  reason: 'Only its JSX helper is meant, which we do not use.',
};
let registry: Server;
let url: string;
let folder: string;

beforeAll(async () => {
  // Answers for advisories as registries do: by package, with the versions that are meant.
  registry = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body =
      request.headers['content-encoding'] === 'gzip' ? gunzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks);
    const asked = request.method === 'POST' ? Object.keys(JSON.parse(body.toString('utf8'))) : [];
    const advisory = {
      id: 1,
      url: `https://github.com/advisories/${GHSA}`,
      title: 'A hole',
      severity: 'high',
      vulnerable_versions: '<99.0.0',
    };
    response.setHeader('content-type', 'application/json');
    if (request.url?.endsWith('/advisories/bulk'))
      response.end(JSON.stringify(asked.includes('hono') ? { hono: [advisory] } : {}));
    else response.writeHead(404).end('{}');
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const address = registry.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  url = `http://127.0.0.1:${address.port}/`;
  folder = await mkdtemp(join(tmpdir(), 'volley-audit-'));
  for (const file of ['package.json', 'package-lock.json']) await cp(join(ROOT, file), join(folder, file));
});
afterAll(async () => {
  registry.close();
  await rm(folder, { recursive: true, force: true });
});

/** What npm prints when it asks this registry. */
const audited = (registryUrl: string): Promise<unknown> =>
  new Promise((resolve) => {
    const args = ['audit', '--omit=dev', '--json', `--registry=${registryUrl}`, '--fetch-retries=0'];
    execFile('npm', args, { cwd: folder, maxBuffer: 2 ** 26 }, (_, out) => resolve(JSON.parse(out)));
  });

describe('an advisory', () => {
  it('fails the audit until it is allowed, with a reason, until a day', async () => {
    const report = reportIn(await audited(url));
    if (report === undefined) throw new Error('the registry did not answer');
    expect(judge(report, [], '2026-11-24')).toEqual([expect.stringContaining(`high: hono: A hole`)]);
    expect(judge(report, [ALLOWED], '2026-11-24')).toEqual([]);
    expect(judge(report, [ALLOWED], '2027-01-01')).toEqual([expect.stringContaining('allowed until 2026-12-31')]);
    const stale = { ...ALLOWED, package: 'zod' };
    expect(judge(report, [ALLOWED, stale], '2026-11-24')).toEqual([expect.stringContaining('take it out')]);
  });

  it('that nobody could ask for is no report', async () => {
    expect(reportIn(await audited('http://127.0.0.1:9/'))).toBeUndefined();
  });

  it('is allowed only with its id, a day that exists and a reason', () => {
    for (const one of [{ advisory: 'CVE-2026-1' }, { until: '2026-02-30' }, { reason: 'because' }])
      expect(allowedSchema.safeParse([{ ...ALLOWED, ...one }]).success).toBe(false);
  });
});

describe('the lock', () => {
  it('names a hash, a free licence and no unknown install script for all that goes into production', async () => {
    const lock: unknown = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'));
    expect(judgeLock(lock, ['@swc/core', 'protobufjs'])).toEqual([]);
    expect(judgeLock(lock, [])).toHaveLength(2);
  });

  it.each([
    [{ license: 'AGPL-3.0' }, 'its licence is AGPL-3.0'],
    [{ license: 'MIT', deprecated: 'use another' }, 'deprecated: use another'],
    [{ license: 'MIT', integrity: undefined }, 'no hash'],
    [{ license: 'MIT', resolved: 'git+ssh://git@example.com/a.git' }, 'registry'],
  ])('with %j is refused', (one, said) => {
    const packages = { 'node_modules/a': { integrity: 'sha512-x', ...one } };
    expect(judgeLock({ packages }, [])).toEqual([expect.stringContaining(said)]);
    expect(judgeLock({ packages: { 'node_modules/a': { ...packages['node_modules/a'], dev: true } } }, [])).toEqual([]);
  });
});
