/** Mail out and back: who we are to the mail service, what it reports, and what people reply. */
import { CfnOutput, Duration } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import {
  ConfigurationSet,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  MailFromBehaviorOnMxFailure,
} from 'aws-cdk-lib/aws-ses';
import type { Construct } from 'constructs';
import type { Asset, Assets } from '../assets.ts';
import { acknowledge } from '../parts/acknowledge.ts';
import { Concern } from '../parts/concern.ts';
import { type Runner, VolleyFunction } from '../parts/function.ts';
import { Inbound } from '../parts/inbound.ts';
import { FedFunction } from '../parts/queue.ts';
import { fromSecret } from '../parts/secrets.ts';
import type { Settings } from '../settings.ts';
import type { ApiStack } from './api.ts';
import type { DataStack } from './data.ts';

const TIMEOUT = Duration.seconds(60);

/** All but opens, which score nothing, and subscriptions, which SES manages for those who let it. */
const EVENTS = [
  EmailSendingEvent.SEND,
  EmailSendingEvent.REJECT,
  EmailSendingEvent.DELIVERY,
  EmailSendingEvent.DELIVERY_DELAY,
  EmailSendingEvent.BOUNCE,
  EmailSendingEvent.COMPLAINT,
  EmailSendingEvent.RENDERING_FAILURE,
];

export class EmailStack extends Concern {
  readonly configurationSet: string;
  readonly identity: EmailIdentity;
  readonly events: FedFunction;
  readonly inbound: Inbound;
  readonly functions: Readonly<Record<string, VolleyFunction>>;

  constructor(scope: Construct, settings: Settings, assets: Assets, data: DataStack, api: ApiStack) {
    super(scope, 'email', settings, 'mail out and back');
    const set = new ConfigurationSet(this, 'Set', { configurationSetName: settings.name, reputationMetrics: true });
    this.configurationSet = settings.name;
    this.identity = new EmailIdentity(this, 'Domain', {
      identity: Identity.domain(settings.domain),
      mailFromDomain: settings.bounceDomain,
      mailFromBehaviorOnMxFailure: MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
      configurationSet: set,
      // Everything is told through the configuration set; mails about bounces go to nobody.
      feedbackForwarding: false,
    });
    set.addEventDestination('ToEvents', {
      destination: EventDestination.eventBus(EventBus.fromEventBusName(this, 'Bus', 'default')),
      events: EVENTS,
    });
    const fn = (id: string, { code }: Asset, what: string): VolleyFunction => {
      const made = new VolleyFunction(this, id, {
        settings,
        code,
        description: `${settings.name}: ${what}`,
        memoryMb: 512,
        timeout: TIMEOUT,
        environment: { VOLLEY_PUBLIC_URL: api.publicUrl },
      });
      data.connect(made);
      data.reachTemporal(made);
      fromSecret(made, 'VOLLEY_SECRET', data.linkSecret);
      return made;
    };
    const events = fn('TakeEvents', assets.events, 'takes what SES reports');
    const replies = fn('TakeInbound', assets.inbound, 'takes replies');
    this.functions = { events, inbound: replies };
    this.events = new FedFunction(this, 'Events', events, TIMEOUT);
    new Rule(this, 'Reported', {
      description: `${settings.name}: what SES reports about mail of this deployment`,
      eventPattern: {
        source: ['aws.ses'],
        detail: { mail: { tags: { 'ses:configuration-set': [this.configurationSet] } } },
      },
      targets: [new SqsQueue(this.events.queue)],
    });
    this.inbound = new Inbound(this, 'Inbound', settings, replies, TIMEOUT);
    this.records();
  }

  /** Lets a function send as this domain, and ask how much it may. */
  maySend(fn: Runner): void {
    fn.may(['ses:SendRawEmail'], [this.identity.emailIdentityArn, this.configurationSetArn()]);
    fn.set('VOLLEY_SES_CONFIGURATION_SET', this.configurationSet);
    this.mayAsk(fn);
  }

  /** Lets it ask what SES allows, and whether the domain is ready. */
  mayAsk(fn: Runner): void {
    fn.may(
      [
        'ses:GetSendQuota',
        'ses:GetAccountSendingEnabled',
        'ses:GetIdentityVerificationAttributes',
        'ses:GetIdentityDkimAttributes',
        'ses:GetIdentityMailFromDomainAttributes',
      ],
      ['*'],
    );
    acknowledge(fn.role, {
      'IAM5[Resource::*]': 'What is asked of SES, and traces to X-Ray: these actions know no resources.',
    });
  }

  configurationSetArn(): string {
    return this.formatArn({ service: 'ses', resource: 'configuration-set', resourceName: this.configurationSet });
  }

  private records(): void {
    const { domain, bounceDomain, replyDomain } = this.settings;
    const description = 'To add to DNS';
    this.identity.dkimRecords.forEach(({ name, value }, n) => {
      new CfnOutput(this, `DnsDkim${n + 1}`, { value: `${name} CNAME ${value}`, description });
    });
    const records = {
      DnsMailFromMx: `${bounceDomain} MX 10 feedback-smtp.${this.region}.amazonses.com`,
      DnsMailFromSpf: `${bounceDomain} TXT "v=spf1 include:amazonses.com ~all"`,
      DnsDmarc: `_dmarc.${domain} TXT "v=DMARC1; p=none; rua=mailto:dmarc@${domain}"`,
      DnsReplies: `${replyDomain} MX 10 inbound-smtp.${this.region}.amazonaws.com`,
    };
    for (const [id, value] of Object.entries(records)) new CfnOutput(this, id, { value, description });
  }
}
