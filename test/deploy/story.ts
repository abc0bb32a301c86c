/** What happens outside of AWS while a lead's story goes on, and how the deployment is asked about it. */
import { setTimeout as delay } from 'node:timers/promises';
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SESClient, SetIdentityNotificationTopicCommand } from '@aws-sdk/client-ses';
import type { Email } from 'postal-mime';
import { z } from 'zod';
import { sns } from './aws.ts';
import { type Answer, type Call, call, clientOf, type World } from './deployment.ts';
import type { Emulator } from './emulator.ts';

export const listSchema = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

const WITHIN_MS = 60_000;

/** Asks until the answer is as it should be; over HTTP nobody is told when. @throws with the last answer */
export async function eventually(ask: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (const until = Date.now() + WITHIN_MS; ; ) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > until) throw new Error(`it did not come to that: ${JSON.stringify(answer)}`);
    await delay(250);
  }
}

export const callerOf =
  ({ emulator }: World, api: string) =>
  (request: Call): Promise<Answer> =>
    call(emulator, api, request);

/** SES reports by the topic of an identity here: destinations of configuration sets do nothing in the emulator. */
export async function reportBounces(emulator: Emulator, identity: string, queueArn: string): Promise<void> {
  const TopicArn = await sns(emulator, 'CreateTopic', { Name: 'reports' });
  await sns(emulator, 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queueArn });
  const ses = new SESClient(clientOf(emulator));
  try {
    await ses.send(
      new SetIdentityNotificationTopicCommand({ Identity: identity, NotificationType: 'Bounce', SnsTopic: TopicArn }),
    );
  } finally {
    ses.destroy();
  }
}

const header = (mail: Email, name: string): string => mail.headers.find(({ key }) => key === name)?.value ?? '';

/** The answer of whoever got this mail, where the receipt rule would put it. */
export async function reply(emulator: Emulator, mail: Email, from: string, text: string): Promise<void> {
  const s3 = new S3Client({ ...clientOf(emulator), forcePathStyle: true });
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const bucket = Buckets.find(({ Name }) => Name?.includes('inboundmail'));
    const raw = [
      `From: ${from}`,
      `To: ${header(mail, 'reply-to')}`,
      `Subject: Re: ${mail.subject ?? ''}`,
      `In-Reply-To: ${mail.messageId ?? ''}`,
      `Message-ID: <reply-${Date.now()}@contoso.example>`,
      `Date: ${new Date().toUTCString()}`,
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
      '',
    ].join('\r\n');
    await s3.send(new PutObjectCommand({ Bucket: bucket?.Name, Key: `reply-${Date.now()}`, Body: raw }));
  } finally {
    s3.destroy();
  }
}
