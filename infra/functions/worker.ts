/** What all workers of a deployment in AWS share: the activities, and the workflows as they were bundled before. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createImportActivities } from '../../activities/import.ts';
import { createLeadActivities } from '../../activities/index.ts';
import { openSender } from '../../src/cli/parts.ts';
import { startPace } from '../../src/pace/pace.ts';
import { keepSome } from '../../src/store/recorded-wakes.ts';
import { buildIdOf, type WorkflowBundle } from '../../src/worker/bundle.ts';
import { openParts, type Parts } from './parts.ts';

export interface WorkerParts {
  readonly parts: Parts;
  readonly bundle: WorkflowBundle;
  readonly activities: object;
}

export interface WorkerNeeds {
  readonly connections: number;
  /** False: it works on the lead queue alone and may not ask the mail service anything. */
  readonly sends: boolean;
}

/** The file lies beside the code. */
async function readBundle(): Promise<WorkflowBundle> {
  const code = await readFile(join(import.meta.dirname, 'workflows.js'), 'utf8');
  return { code, buildId: buildIdOf(code) };
}

/**
 * Opens everything a worker needs; one that sends keeps to the pace that SES allows.
 * @throws VolleyError for what is missing or does not answer
 */
export async function openWorker({ connections, sends }: WorkerNeeds): Promise<WorkerParts> {
  const [parts, bundle] = await Promise.all([openParts(connections), readBundle()]);
  const { config, mail, client, ...shared } = parts;
  const sender = openSender(config.email);
  const { database, clock, log } = shared;
  const pace = sends ? await startPace({ db: database.db, clock, sender, client, log }) : undefined;
  const activities = {
    ...createLeadActivities({ ...shared, sender, pacer: pace?.pacer, mail, record: keepSome(shared) }),
    ...createImportActivities({ ...shared, config: { secret: mail.secret } }),
  };
  return { parts, bundle, activities };
}
