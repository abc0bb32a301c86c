/**
 * The workflow code as one bundle, and its hash: the workers' build id. Two workers with the same
 * hash replay alike, so a release that leaves the workflows alone is no new version.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

export interface WorkflowBundle {
  readonly code: string;
  readonly buildId: string;
}

export const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/** The inline source map is left out: it holds absolute paths, which differ between machines. */
export function buildIdOf(code: string): string {
  const behaviour = code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '');
  return createHash('sha256').update(behaviour).digest('hex').slice(0, 16);
}

/** Takes about two seconds. */
export async function bundleWorkflows(path: string = workflowsPath): Promise<WorkflowBundle> {
  const { code } = await bundleWorkflowCode({ workflowsPath: path, logger: new DefaultLogger('ERROR') });
  return { code, buildId: buildIdOf(code) };
}
