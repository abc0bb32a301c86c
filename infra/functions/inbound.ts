/** Takes mail that came in: SES has put it into a bucket, and the queue says which object it is. */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { z } from 'zod';
import { takeMessage } from '../../src/api/hooks/inbound.ts';
import { VolleyError } from '../../src/core/errors.ts';
import { once, openParts } from './parts.ts';

/** S3's event by way of EventBridge. Its keys are as they are, not encoded. */
const arrivalSchema = z.object({
  detail: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
});

/** SES writes one object of its own when a rule is made; it is no mail. */
const SETUP = 'AMAZON_SES_SETUP_NOTIFICATION';

/** Mail that nobody can read again tomorrow either; tried again it would only end as dead. */
const HOPELESS = new Set(['bad-message', 'too-large']);

const ready = once(async () => ({ parts: await openParts(), s3: new S3Client({}) }));

export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const { parts, s3 } = await ready();
  const { mail, ...rest } = parts;
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of Records) {
    try {
      const { bucket, object } = arrivalSchema.parse(JSON.parse(body)).detail;
      if (object.key.endsWith(SETUP)) continue;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: object.key }));
      if (Body === undefined) throw new Error('the object has no body');
      await takeMessage({ ...rest, config: mail }, await Body.transformToByteArray(), 'ses');
    } catch (err) {
      const hopeless = err instanceof VolleyError && HOPELESS.has(err.code);
      parts.log.error({ record: messageId, err }, hopeless ? 'no mail: it is left alone' : 'mail could not be taken');
      if (!hopeless) batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};
