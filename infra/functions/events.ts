/** Takes what SES reports: records of the queue that EventBridge fills. */
import { sesHandler } from '../../src/api/hooks/take-ses.ts';
import { once, openParts } from './parts.ts';

const ready = once(async () => {
  const { mail, ...parts } = await openParts();
  return sesHandler({ ...parts, config: mail });
});

export const handler = async (invocation: unknown): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> =>
  (await ready())(invocation);
