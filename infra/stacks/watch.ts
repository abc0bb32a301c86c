/** What somebody must know: alarms and a budget that send a mail, and a dashboard to look at afterwards. */
import { CfnOutput, Duration } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { FIGURES, NAMESPACE, PULSE } from '../figures.ts';
import { Concern, TAG } from '../parts/concern.ts';
import type { VolleyFunction } from '../parts/function.ts';
import type { FedFunction } from '../parts/queue.ts';
import type { Settings } from '../settings.ts';

export interface Watched {
  readonly functions: Readonly<Record<string, VolleyFunction>>;
  readonly queues: Readonly<Record<string, FedFunction>>;
  readonly apiId: string;
}

interface Condition {
  readonly metric: IMetric;
  readonly above: number;
  /** Periods in a row. */
  readonly for?: number;
  readonly means: string;
}

const FIVE = Duration.minutes(5);

export class WatchStack extends Concern {
  private readonly topic: Topic;
  private readonly alarms: Alarm[] = [];

  constructor(scope: Construct, settings: Settings, watched: Watched) {
    super(scope, 'watch', settings, 'alarms, dashboard, budget');
    this.topic = new Topic(this, 'Alarms', { displayName: `${settings.name} alarms`, enforceSSL: true });
    this.topic.addSubscription(new EmailSubscription(settings.alarms.email));
    this.mailService();
    for (const [name, queue] of Object.entries(watched.queues)) this.queue(name, queue);
    for (const [name, fn] of Object.entries(watched.functions)) this.fn(name, fn);
    this.http(watched.apiId);
    this.figures();
    this.board(watched);
    this.budget();
    new CfnOutput(this, 'AlarmCount', { value: String(this.alarms.length) });
  }

  private alarm(name: string, { metric, above, for: periods = 1, means }: Condition): void {
    this.told(
      new Alarm(this, name, {
        ...this.named(name, means),
        metric,
        threshold: above,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: periods,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    );
  }

  private named(name: string, means: string): { alarmName: string; alarmDescription: string } {
    return {
      alarmName: `${this.settings.name}-${name}`,
      alarmDescription: `${means} What to do: docs/aws.md, "Alarms".`,
    };
  }

  private told(alarm: Alarm): void {
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    this.alarms.push(alarm);
  }

  private mailService(): void {
    const { bouncePercent, complaintPercent } = this.settings.limits;
    const rate = (metricName: string): Metric =>
      new Metric({ namespace: 'AWS/SES', metricName, statistic: 'Maximum', period: Duration.minutes(15) });
    this.alarm('ses-bounces', {
      metric: rate('Reputation.BounceRate'),
      above: bouncePercent / 100,
      means: `More than ${bouncePercent}% of the mail bounces; SES reviews an account at 5%.`,
    });
    this.alarm('ses-complaints', {
      metric: rate('Reputation.ComplaintRate'),
      above: complaintPercent / 100,
      means: `More than ${complaintPercent}% of the mail is called spam; SES reviews an account at 0.1%.`,
    });
  }

  private queue(name: string, { queue, dead }: FedFunction): void {
    const { queueSeconds } = this.settings.limits;
    this.alarm(`${name}-age`, {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: FIVE }),
      above: queueSeconds,
      means: `Something has waited in the queue ${name} for more than ${queueSeconds} s.`,
    });
    this.alarm(`${name}-dead`, {
      metric: dead.metricApproximateNumberOfMessagesVisible({ period: FIVE }),
      above: 0,
      means: `Something from the queue ${name} failed five times and is kept for two weeks.`,
    });
  }

  private fn(name: string, { lambda }: VolleyFunction): void {
    this.alarm(`${name}-errors`, {
      metric: lambda.metricErrors({ period: FIVE }),
      above: 0,
      for: 2,
      means: `The function ${name} has failed for ten minutes.`,
    });
    this.alarm(`${name}-throttled`, {
      metric: lambda.metricThrottles({ period: FIVE }),
      above: 0,
      for: 2,
      means: `The function ${name} was refused for ten minutes: the account runs as many as it may.`,
    });
  }

  private http(ApiId: string): void {
    this.alarm('api-5xx', {
      metric: new Metric({
        namespace: 'AWS/ApiGateway',
        metricName: '5xx',
        dimensionsMap: { ApiId },
        statistic: 'Sum',
        period: FIVE,
      }),
      above: 0,
      for: 2,
      means: 'The API has failed for ten minutes.',
    });
  }

  /** What Volley counts about itself, from the report on health. */
  private figures(): void {
    for (const [figure, { above, means }] of Object.entries(FIGURES)) {
      this.alarm(figure, { metric: this.figure(figure), above, means });
    }
    this.told(
      new Alarm(this, 'no-figures', {
        ...this.named('no-figures', 'Nothing has swept and counted for a quarter of an hour.'),
        metric: this.figure(PULSE, 'SampleCount'),
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 3,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    );
  }

  private figure(metricName: string, statistic = 'Maximum'): Metric {
    const dimensionsMap = { Deployment: this.settings.name };
    return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap, statistic, period: FIVE });
  }

  private board({ functions, queues }: Watched): void {
    const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 12 });
    const lambdas = Object.values(functions).map(({ lambda }) => lambda);
    new Dashboard(this, 'Board', {
      dashboardName: this.settings.name,
      widgets: [
        [
          graph(
            'Findings',
            Object.keys(FIGURES).map((figure) => this.figure(figure)),
          ),
          graph(
            'Oldest in queue (s)',
            Object.values(queues).map(({ queue }) => queue.metricApproximateAgeOfOldestMessage()),
          ),
        ],
        [
          graph(
            'Errors',
            lambdas.map((lambda) => lambda.metricErrors()),
          ),
          graph(
            'Duration (ms, p99)',
            lambdas.map((lambda) => lambda.metricDuration({ statistic: 'p99' })),
          ),
        ],
      ],
    });
  }

  private budget(): void {
    const { name, alarms, limits } = this.settings;
    const subscribers = [{ subscriptionType: 'EMAIL', address: alarms.email }];
    const at = (notificationType: string, threshold: number) => ({
      notification: { notificationType, threshold, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: name,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: limits.budget, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${TAG}$${name}`] },
      },
      notificationsWithSubscribers: [at('ACTUAL', 80), at('FORECASTED', 100)],
    });
  }
}
