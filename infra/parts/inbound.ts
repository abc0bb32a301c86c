/** Mail to the reply domain: SES puts it into a bucket, whose events feed a function. */
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { type IReceiptRuleSet, ReceiptRule, ReceiptRuleSet, TlsPolicy } from 'aws-cdk-lib/aws-ses';
import { S3 } from 'aws-cdk-lib/aws-ses-actions';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { acknowledge, logicalIdOf } from './acknowledge.ts';
import { fateOfData } from './concern.ts';
import type { VolleyFunction } from './function.ts';
import { FedFunction } from './queue.ts';

export class Inbound extends Construct {
  readonly fed: FedFunction;

  constructor(scope: Construct, id: string, settings: Settings, taker: VolleyFunction, timeout: Duration) {
    super(scope, id);
    const { name, limits, replyDomain, receiptRuleSet } = settings;
    const mail = new Bucket(this, 'Mail', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [
        { expiration: Duration.days(limits.inboundDays), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: fateOfData(settings),
    });
    acknowledge(mail, {
      S1: 'Mail is written by SES and read by one function only, each with a role of its own; the API keeps what was read.',
    });
    const { defaultChild } = mail.node;
    if (!(defaultChild instanceof CfnBucket)) throw new Error('a bucket is no longer made of a CfnBucket');
    // Set here and not by the construct, which would bring a function of its own with rights on every bucket.
    defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };

    this.fed = new FedFunction(this, 'Came', taker, timeout);
    new Rule(this, 'Arrived', {
      description: `${name}: mail that came in`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [mail.bucketName] } },
      },
      targets: [new SqsQueue(this.fed.queue)],
    });
    taker.may(['s3:GetObject'], [mail.arnForObjects('*')]);
    acknowledge(taker.role, {
      [`IAM5[Resource::<${logicalIdOf(mail)}.Arn>/*]`]: 'Each message is an object with a name that SES gives it.',
    });

    const set: IReceiptRuleSet =
      receiptRuleSet === undefined
        ? new ReceiptRuleSet(this, 'Rules', { receiptRuleSetName: name })
        : ReceiptRuleSet.fromReceiptRuleSetName(this, 'Rules', receiptRuleSet);
    new ReceiptRule(this, 'Replies', {
      ruleSet: set,
      recipients: [replyDomain],
      scanEnabled: true,
      tlsPolicy: TlsPolicy.OPTIONAL,
      actions: [new S3({ bucket: mail })],
    });
    if (receiptRuleSet !== undefined) return;
    // Of the stack, so that its name is the one the docs give.
    new CfnOutput(Stack.of(this), 'Activate', {
      value: `aws ses set-active-receipt-rule-set --rule-set-name ${name}`,
      description: 'Run once: an account has one active rule set, so no deployment takes it by itself',
    });
  }
}
