/** One real Temporal server for the whole test run; every test file takes a namespace of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startTemporal } from '../../src/dev/temporal.ts';

declare module 'vitest' {
  interface ProvidedContext {
    temporalAddress: string;
    /** Folder for what tests share, e.g. the workflow bundle. */
    temporalScratch: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = await mkdtemp(join(tmpdir(), 'volley-temporal-'));
  const server = await startTemporal({ log: (line) => process.stderr.write(`${line}\n`) });
  project.provide('temporalAddress', server.address);
  project.provide('temporalScratch', scratch);
  return async () => {
    await server.close();
    await rm(scratch, { recursive: true, force: true });
  };
}
