/** The rules that keep the layers apart, tried on files that break them. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const planted: string[] = [];

/** What the linter says of a file with this text at this place; the file lives only as long as the test. */
async function lint(folder: string, text: string): Promise<string> {
  await mkdir(join(root, folder), { recursive: true });
  const own = await mkdtemp(join(root, folder, 'planted-'));
  planted.push(own);
  const file = join(own, 'planted.ts');
  await writeFile(file, text);
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  return new Promise((resolve) => {
    execFile(process.execPath, [biome, 'lint', '--colors=off', file], { cwd: root }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}

afterEach(async () => {
  for (const folder of planted.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe('the layer rule', () => {
  it.each([
    ['src/core', '../../store/db.ts'],
    ['src/core', '../../playbook/index.ts'],
    ['src/core', '../../../activities/advance.ts'],
    ['src/core', '../../clock.ts'],
    ['src/core', 'node:fs'],
    ['src/core', '@temporalio/workflow'],
    ['src/core', 'pg'],
    ['src/store', '../../api/app.ts'],
    ['src/email', '../../temporal/client.ts'],
    ['src/playbook', '../../dev/stack.ts'],
    ['src/api', '../../dev/stack.ts'],
    ['src/temporal', '../../cli/main.ts'],
    ['workflows', '../../src/worker/run.ts'],
    ['src/cli', '../../../infra/settings.ts'],
    ['src/worker', '../../../infra/functions/worker.ts'],
  ])('%s may not import %s', async (folder, imported) => {
    expect(await lint(folder, `import '${imported}';\n`)).toContain('lint/style/noRestrictedImports');
  });

  it.each([
    ['src/core', 'zod'],
    ['src/store', '../../core/time.ts'],
    ['src/api', '../../store/db.ts'],
    ['src/dev', '../../api/app.ts'],
    ['infra', '../../src/api/app.ts'],
    ['infra', '../../src/worker/run.ts'],
  ])('%s may import %s', async (folder, imported) => {
    expect(await lint(folder, `import '${imported}';\n`)).not.toContain('noRestrictedImports');
  });
});

describe('the core is pure', () => {
  it.each(['Date.now()', 'new Date()', 'Math.random()', 'performance.now()', 'crypto.randomUUID()'])(
    '%s is refused there',
    async (expression) => {
      expect(await lint('src/core', `export const x = ${expression};\n`)).toContain('src/core is pure');
    },
  );

  it('reading a given instant is not', async () => {
    expect(await lint('src/core', 'export const x = new Date(5).toISOString();\n')).not.toContain('src/core is pure');
  });

  it('elsewhere the clock may be read', async () => {
    expect(await lint('src/dev', 'export const x = Date.now();\n')).not.toContain('src/core is pure');
  });
});

it('refuses any', async () => {
  expect(await lint(dirname('src/core/x'), 'export const x: any = 1;\n')).toContain('noExplicitAny');
});
