/** Who does the work: the workers of both queues, invoked by Temporal or always there, and the sweep once a minute. */
import { CfnOutput, Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ArnPrincipal, CompositePrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { EMAIL_QUEUE, LEAD_QUEUE } from '../../src/temporal/names.ts';
import type { Assets } from '../assets.ts';
import { acknowledge, logicalIdOf } from '../parts/acknowledge.ts';
import { Concern } from '../parts/concern.ts';
import { FargateWorkers } from '../parts/fargate.ts';
import { type Runner, VolleyFunction } from '../parts/function.ts';
import { PATIENCE, request } from '../parts/request.ts';
import { fromSecret } from '../parts/secrets.ts';
import type { Settings } from '../settings.ts';
import type { ApiStack } from './api.ts';
import type { DataStack } from './data.ts';
import type { EmailStack } from './email.ts';

const SWEEP = { every: Duration.minutes(1), timeout: Duration.seconds(55) };

export class WorkerStack extends Concern {
  readonly functions: Readonly<Record<string, VolleyFunction>>;
  private readonly below: { readonly data: DataStack; readonly api: ApiStack; readonly email: EmailStack };

  constructor(
    scope: Construct,
    settings: Settings,
    assets: Assets,
    below: { readonly data: DataStack; readonly api: ApiStack; readonly email: EmailStack },
  ) {
    super(scope, 'worker', settings, 'workers and sweep');
    this.below = below;
    const sweep = this.sweep(assets);
    if (settings.worker === 'fargate') {
      const fargate = new FargateWorkers(this, 'Workers', settings, assets.worker);
      this.equip(fargate);
      below.email.maySend(fargate);
      this.functions = { sweep };
      return;
    }
    const lead = this.worker('Lead', assets, 'moves leads; sends nothing');
    const email = this.worker('Email', assets, 'sends mail');
    below.email.maySend(email);
    const release = this.releaser(assets);
    this.functions = { sweep, 'worker-lead': lead, 'worker-email': email, release };
    const role = settings.temporal.assumesRole ? this.invoker([lead, email]) : undefined;
    const queues = { Lead: [lead, LEAD_QUEUE], Email: [email, EMAIL_QUEUE] } as const;
    for (const [name, [{ lambda }, queue]] of Object.entries(queues)) {
      // A lead moves to a new version at its next task, so an old one must stay until it has drained.
      const { functionArn } = lambda.currentVersion;
      new CfnOutput(this, `${name}Version`, { value: functionArn });
      const made = request(this, `${name}Release`, release, {
        queue,
        buildId: assets.worker.buildId,
        function: functionArn,
        rampSeconds: String(settings.limits.rampSeconds),
        ...(role === undefined ? {} : { role: role.roleArn, externalId: settings.temporal.externalId ?? '' }),
      });
      made.node.addDependency(release, ...(role === undefined ? [] : [role]));
    }
    new CfnOutput(this, 'BuildId', { value: assets.worker.buildId });
  }

  private equip(runner: Runner): void {
    const { data, api } = this.below;
    data.connect(runner);
    data.reachTemporal(runner);
    fromSecret(runner, 'VOLLEY_SECRET', data.linkSecret);
    runner.set('VOLLEY_PUBLIC_URL', api.publicUrl);
  }

  private worker(id: 'Lead' | 'Email', assets: Assets, what: string): VolleyFunction {
    const fn = new VolleyFunction(this, id, {
      settings: this.settings,
      code: assets.worker.code,
      entry: id.toLowerCase(),
      description: `${this.settings.name}: ${what}`,
      memoryMb: 1024,
      timeout: Duration.seconds(this.settings.limits.workerSeconds),
      keepsVersions: true,
    });
    this.equip(fn);
    return fn;
  }

  /** Tells Temporal of each new version, tries it on the leads there are, and makes it current. */
  private releaser(assets: Assets): VolleyFunction {
    const fn = new VolleyFunction(this, 'Release', {
      settings: this.settings,
      code: assets.worker.code,
      entry: 'release',
      description: `${this.settings.name}: releases versions of the workers`,
      memoryMb: 1024,
      timeout: PATIENCE,
    });
    this.below.data.reachTemporal(fn);
    return fn;
  }

  private sweep(assets: Assets): VolleyFunction {
    const { settings } = this;
    const fn = new VolleyFunction(this, 'Sweep', {
      settings,
      code: assets.sweep.code,
      description: `${settings.name}: nudges what was left, sends what is due, counts`,
      memoryMb: 512,
      timeout: SWEEP.timeout,
      environment: { DEPLOYMENT: settings.name },
    });
    this.equip(fn);
    this.below.email.maySend(fn);
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(SWEEP.every),
      targets: [new LambdaFunction(fn.lambda, { retryAttempts: 0, maxEventAge: SWEEP.every })],
    });
    return fn;
  }

  /** The role that Temporal takes on to invoke the workers: those two, and only with our word. */
  private invoker(workers: readonly VolleyFunction[]): Role {
    const { invokedBy, externalId } = this.settings.temporal;
    const role = new Role(this, 'Invoker', {
      description: `${this.settings.name}: what Temporal invokes workers as`,
      assumedBy: new CompositePrincipal(...invokedBy.map((arn) => new ArnPrincipal(arn))),
      externalIds: externalId === undefined ? [] : [externalId],
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction', 'lambda:GetFunction'],
        resources: workers.map(({ lambda }) => `${lambda.functionArn}:*`),
      }),
    );
    for (const { lambda } of workers) {
      acknowledge(role, {
        [`IAM5[Resource::<${logicalIdOf(lambda)}.Arn>:*]`]: 'All versions of this one function: those that drain too.',
      });
    }
    new CfnOutput(this, 'InvokerRole', { value: role.roleArn });
    return role;
  }
}
