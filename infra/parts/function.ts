/** A Lambda function with a role and a log group of its own: it may do what it is granted, and nothing else. */
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as Lambda, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';

export interface FunctionProps {
  readonly settings: Settings;
  readonly code: Code;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly environment?: Readonly<Record<string, string>>;
  /** File of the handler without its ending; `index` by default. */
  readonly entry?: string;
  /** Published versions stay when a newer one comes. */
  readonly keepsVersions?: boolean;
}

/** What runs our code with a role of its own: a function, or a service of containers. */
export interface Runner extends Construct {
  readonly role: Role;
  /** What must wait for whatever the code needs. */
  readonly runs: Construct;
  /** Sets an environment variable. */
  set(variable: string, value: string): void;
  /** Lets it do these things to these resources. */
  may(actions: readonly string[], resources: readonly string[]): void;
}

export const architectureOf = ({ arch }: Settings): Architecture =>
  arch === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64;

export class VolleyFunction extends Construct implements Runner {
  readonly role: Role;
  readonly lambda: Lambda;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    const {
      settings,
      code,
      description,
      memoryMb,
      timeout,
      environment = {},
      entry = 'index',
      keepsVersions = false,
    } = props;
    this.logs = new LogGroup(this, 'Logs', {
      retention: settings.limits.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What may be done by: ${description}`,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logs.logGroupArn],
      }),
    );
    this.lambda = new Lambda(this, 'Function', {
      description,
      code,
      handler: `${entry}.handler`,
      runtime: Runtime.NODEJS_24_X,
      architecture: architectureOf(settings),
      memorySize: memoryMb,
      timeout,
      role: this.role,
      logGroup: this.logs,
      tracing: Tracing.ACTIVE,
      ...(keepsVersions ? { currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN } } : {}),
      environment: { LOG_FORMAT: 'json', NODE_OPTIONS: '--enable-source-maps', ...environment },
    });
    acknowledge(this.role, { 'IAM5[Resource::*]': 'Traces go to X-Ray, whose two write actions know no resources.' });
  }

  get runs(): Construct {
    return this.lambda;
  }

  set(variable: string, value: string): void {
    this.lambda.addEnvironment(variable, value);
  }

  may(actions: readonly string[], resources: readonly string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
}
