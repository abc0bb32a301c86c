/** What CloudFormation calls when the function of a queue's worker is another: makes it known to Temporal, or does not. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { z } from 'zod';
import { VolleyError } from '../../src/core/errors.ts';
import { createLog } from '../../src/log.ts';
import { ensureSearchAttributes } from '../../src/temporal/attributes.ts';
import { connectClient } from '../../src/temporal/client.ts';
import { DEPLOYMENTS, EMAIL_QUEUE, LEAD_QUEUE } from '../../src/temporal/names.ts';
import { gate } from '../../src/worker/gate.ts';
import { answer } from './answer.ts';
import { readSetting } from './environment.ts';
import { type Release, release } from './release/run.ts';
import { versionsOf } from './release/versions.ts';

/** CloudFormation hands over everything as text. */
const wantedSchema = z.looseObject({
  queue: z.enum([LEAD_QUEUE, EMAIL_QUEUE]),
  buildId: z.string().min(1),
  function: z.string().min(1),
  role: z.string().optional(),
  externalId: z.string().optional(),
  rampSeconds: z.coerce.number().min(0),
});

export const handler = (event: CloudFormationCustomResourceEvent, context: Context): Promise<void> =>
  answer(event, context, async () => {
    const { queue, ...wanted } = wantedSchema.parse(event.ResourceProperties);
    const id = `release ${queue}`;
    // Leads wait for the next deployment; without a function there is nothing that could move them.
    if (event.RequestType === 'Delete') return { id };
    const { buildId, function: arn, role, externalId, rampSeconds } = wanted;
    await carryOut({
      version: { deploymentName: DEPLOYMENTS[queue], buildId },
      queue,
      invoked: { arn, role, externalId },
      rampSeconds,
    });
    return { id };
  });

async function carryOut(wanted: Release): Promise<void> {
  const { config } = await readSetting();
  const { address } = config.temporal;
  if (address === undefined) throw new VolleyError('bad-configuration', 'TEMPORAL_ADDRESS must be set');
  const log = createLog(config.log, process.stdout);
  const client = await connectClient({ ...config.temporal, address });
  try {
    await ensureSearchAttributes(client);
    // Only the lead queue runs workflows; the other has nothing to replay.
    const tried = wanted.queue === LEAD_QUEUE ? () => tryOnLeads(client, wanted.version.buildId) : async () => {};
    await release({ client, versions: versionsOf(client), log, gate: tried }, wanted);
  } finally {
    await client.connection.close();
  }
}

/** The workflows lie beside the code, as the workers have them. */
async function tryOnLeads(client: Parameters<typeof gate>[0], buildId: string): Promise<void> {
  const code = await readFile(join(import.meta.dirname, 'workflows.js'), 'utf8');
  await gate(client, { code, buildId });
}
