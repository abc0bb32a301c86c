import { readdir, readFile } from 'node:fs/promises';
import type { NativeConnection } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { buildIdOf, bundleWorkflows } from '../../src/worker/bundle.ts';
import { emailWorkerOptions, leadWorkerOptions, type WorkerSetup } from '../../src/worker/options.ts';
import { testBundle } from '../support/temporal.ts';

const setup: WorkerSetup = {
  // Never dialled: options only carry it.
  connection: {} as NativeConnection,
  namespace: 'default',
  bundle: { code: '', buildId: 'abc' },
  activities: {},
};

describe('the workers', () => {
  it.each([
    ['lead', leadWorkerOptions(setup)],
    ['email', emailWorkerOptions(setup)],
  ])('of the %s queue are versioned, with AUTO_UPGRADE', (_, options) => {
    expect(options.workerDeploymentOptions).toEqual({
      useWorkerVersioning: true,
      version: { deploymentName: 'volley', buildId: 'abc' },
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    });
  });

  it('are made from these options everywhere, so that none is unversioned', async () => {
    const made = new RegExp(`${['Worker', 'create'].join('\\.')}\\((?<from>\\w*)`, 'g');
    const froms = new Set<string>();
    for (const folder of ['src', 'test', 'bench', 'activities', 'workflows', 'infra']) {
      const root = new URL(`../../${folder}/`, import.meta.url);
      for (const file of await readdir(root, { recursive: true })) {
        if (!file.endsWith('.ts')) continue;
        for (const { groups } of (await readFile(new URL(file, root), 'utf8')).matchAll(made))
          froms.add(groups?.['from'] ?? '');
      }
    }
    expect([...froms].sort()).toEqual(['emailWorkerOptions', 'leadWorkerOptions']);
  });

  it('run no workflows on the email queue', () => {
    expect(emailWorkerOptions(setup)).not.toHaveProperty('workflowBundle');
  });
});

describe('the build id', () => {
  it('is that of the code, the same for the same code', async () => {
    const [first, second] = [await testBundle(), await bundleWorkflows()];
    expect(second.buildId).toBe(first.buildId);
    expect(first.buildId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('leaves the source map out, which names folders of the machine', () => {
    const map = '\n//# sourceMappingURL=data:application/json;base64,AAAA';
    expect(buildIdOf(`code${map}`)).toBe(buildIdOf('code'));
    expect(buildIdOf('code 2')).not.toBe(buildIdOf('code'));
  });
});
