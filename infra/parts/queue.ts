/** A queue in front of a function: what fails is tried again, and what keeps failing is kept apart for two weeks. */
import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { VolleyFunction } from './function.ts';

const TRIES = 5;

export class FedFunction extends Construct {
  readonly queue: Queue;
  readonly dead: Queue;

  constructor(scope: Construct, id: string, fed: VolleyFunction, timeout: Duration) {
    super(scope, id);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) };
    this.dead = new Queue(this, 'Dead', common);
    acknowledge(this.dead, { SQS3: 'It is the dead-letter queue.' });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      // AWS's advice: six times the function's timeout, so that no record is seen twice at once.
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: TRIES },
    });
    fed.lambda.addEventSource(new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true }));
  }
}
