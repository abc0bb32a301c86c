/** What an empty store is given at `npm start`: the example playbook, its reps and its leads. */
import { join } from 'node:path';
import { z } from 'zod';
import { compileFolder } from '../cli/check.ts';
import { type ApiClient, createApiClient } from '../cli/client.ts';
import { type ImportAnswer, importFile } from '../cli/import.ts';
import { readReps } from '../cli/people.ts';
import { readPlaybookFolder } from '../playbook/index.ts';
import type { Db } from '../store/db.ts';
import { countLeads } from '../store/leads.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import { currentPlaybook } from '../store/playbooks.ts';

/** The example that comes with Volley. */
export const EXAMPLE = join(import.meta.dirname, '..', '..', 'playbook');

const MARK = 'example';

/**
 * Whether the example belongs into this store: it is empty, or a start was cut off while putting it
 * in (every step may be repeated).
 */
export async function wantsExample(db: Db): Promise<boolean> {
  const mark = await readMeta(db, MARK);
  if (mark !== null) return mark === 'begun';
  return (await currentPlaybook(db)) === null && (await countLeads(db)) === 0;
}

/** Puts the example in through the API, as a user would. */
export async function putExample(db: Db, url: string, adminKey: string): Promise<ImportAnswer> {
  await writeMeta(db, MARK, 'begun');
  const api = createApiClient(url, adminKey);
  await putPlaybook(api);
  const done = await importFile(api, join(EXAMPLE, 'leads.csv'));
  await writeMeta(db, MARK, 'done');
  return done;
}

/** The example playbook and its reps. */
export async function putPlaybook(api: ApiClient): Promise<void> {
  await compileFolder(EXAMPLE);
  await api.ask('/v1/playbook/apply', z.unknown(), {
    method: 'POST',
    json: { files: (await readPlaybookFolder(EXAMPLE)).files },
  });
  for (const { id, ...rep } of await readReps(join(EXAMPLE, 'reps.yaml'))) {
    await api.ask(`/v1/reps/${encodeURIComponent(id)}`, z.unknown(), { method: 'PUT', json: rep });
  }
}
