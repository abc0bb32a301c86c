/** What the templates say: who may do what, what stays, and what two deployments share (nothing). */
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { check } from '../../infra/deployment.ts';
import { FIGURES } from '../../infra/figures.ts';
import { roleSchema } from '../../src/store/keys.ts';
import { type Built, build, type Resource, resourcesOf } from './built.ts';

const listOf = <T extends z.ZodType>(one: T) => z.union([z.array(one), one.transform((single) => [single])]);
const statementSchema = z.looseObject({
  Effect: z.string(),
  Action: listOf(z.string()),
  Resource: listOf(z.unknown()).optional(),
});
const documentSchema = z.looseObject({ Statement: z.array(statementSchema) });
type Statement = z.infer<typeof statementSchema>;

const all = ({ stacks }: Built): readonly Stack[] => Object.values(stacks);
const everyResource = (built: Built): readonly (readonly [string, Resource])[] =>
  all(built).flatMap((stack) =>
    Object.entries(resourcesOf(stack)).map(([id, one]) => [`${stack.stackName}/${id}`, one] as const),
  );

/** What the policies of roles whose logical id begins so allow. */
function allowed(stack: Stack, prefix: string): readonly Statement[] {
  return Object.entries(resourcesOf(stack)).flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::IAM::Policy' && id.startsWith(prefix)
      ? documentSchema.parse(Properties['PolicyDocument']).Statement
      : [],
  );
}
const actionsOf = (statements: readonly Statement[]): readonly string[] =>
  [...new Set(statements.flatMap(({ Action }) => Action))].sort();

const TRACES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const SECRETS = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
const QUEUE = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
const MAIL = [
  'ses:GetAccountSendingEnabled',
  'ses:GetIdentityDkimAttributes',
  'ses:GetIdentityMailFromDomainAttributes',
  'ses:GetIdentityVerificationAttributes',
  'ses:GetSendQuota',
  'ses:SendRawEmail',
];
const APP = ['dsql:DbConnect', ...LOGS, ...SECRETS, ...TRACES];

let built: Built;
/** The other choice wherever there is one. */
let other: Built;
beforeAll(() => {
  other = build({
    arch: 'x64',
    worker: 'fargate',
    database: 'url',
    databaseUrlSecret: 'northwind/database',
    keepData: false,
  });
  built = build({
    temporal: {
      address: 't:7233',
      apiKeySecret: 'key',
      invokedBy: ['arn:aws:iam::111122223333:root'],
      externalId: 'a-word',
    },
  });
});

describe('least privilege', () => {
  it.each([
    ['data', 'Migrate', ['dsql:DbConnectAdmin', ...LOGS, ...SECRETS, ...TRACES]],
    ['api', 'Api', APP],
    ['email', 'TakeEvents', [...APP, ...QUEUE]],
    ['email', 'TakeInbound', [...APP, 's3:GetObject', ...QUEUE]],
    ['worker', 'Lead', APP],
    ['worker', 'Email', [...APP, ...MAIL]],
    ['worker', 'Release', [...LOGS, ...SECRETS, ...TRACES]],
    ['worker', 'Sweep', [...APP, ...MAIL]],
    ['worker', 'Invoker', ['lambda:GetFunction', 'lambda:InvokeFunction']],
  ] as const)('%s: %s may do this and no more', (stack, role, actions) => {
    expect(actionsOf(allowed(built.stacks[stack], role))).toEqual([...actions].sort());
  });

  it('every resource is named, but for actions that know none', () => {
    const wide = all(built)
      .flatMap((stack) => allowed(stack, ''))
      .filter(({ Resource = [] }) => Resource.includes('*'));
    expect(actionsOf(wide)).toEqual([...TRACES, ...MAIL.filter((action) => action.includes(':Get'))].sort());
  });

  it('each function reads the secrets it needs', () => {
    const secretsOf = (stack: Stack, prefix: string): readonly string[] =>
      Object.entries(resourcesOf(stack)).flatMap(([id, { Type, Properties }]) => {
        if (Type !== 'AWS::Lambda::Function' || !id.startsWith(prefix)) return [];
        const { Variables } = z
          .object({ Variables: z.record(z.string(), z.unknown()) })
          .parse(Properties['Environment']);
        return Object.keys(Variables)
          .filter((name) => name.startsWith('FROM_SECRET_'))
          .sort();
      });
    expect(secretsOf(built.stacks.data, 'Migrate')).toEqual(['FROM_SECRET_VOLLEY_ADMIN_KEY']);
    expect(secretsOf(built.stacks.api, 'Api')).toEqual(['FROM_SECRET_TEMPORAL_API_KEY', 'FROM_SECRET_VOLLEY_SECRET']);
  });

  it('Temporal takes on its role with our word only', () => {
    Template.fromStack(built.stacks.worker).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({ Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': 'a-word' } } }),
        ],
      },
    });
  });
});

describe('nothing is open that should not be', () => {
  it('no secret is in a template', () => {
    for (const [name, { Type, Properties }] of everyResource(built)) {
      if (Type !== 'AWS::SecretsManager::Secret') continue;
      expect(Object.keys(Properties), name).not.toContain('SecretString');
      expect(Properties['GenerateSecretString'], name).toBeDefined();
    }
  });

  it('links in mails have a throttle of their own', () => {
    Template.fromStack(built.stacks.api).hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
      RouteSettings: {
        'ANY /u/{token}': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
        'ANY /a/{token}': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
        'ANY /c/{token}': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
        'ANY /v1/reps/{id}/calendar.ics': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      },
    });
  });

  it('the access log holds no path, address or header', () => {
    const stages = Template.fromStack(built.stacks.api).findResources('AWS::ApiGatewayV2::Stage');
    const [stage] = Object.values(stages);
    const { Format } = z.object({ Format: z.string() }).parse(stage?.['Properties']?.['AccessLogSettings']);
    expect(Format).not.toMatch(/path|sourceIp|identity|header|authorizer/i);
  });

  it('nobody signs up; a group for each role', () => {
    const template = Template.fromStack(built.stacks.api);
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
    });
    const groups = Object.values(template.findResources('AWS::Cognito::UserPoolGroup'));
    expect(groups.map(({ Properties }) => Properties.GroupName).sort()).toEqual([...roleSchema.options].sort());
  });
});

describe('data', () => {
  const KEPT = ['AWS::DSQL::Cluster', 'AWS::SecretsManager::Secret', 'AWS::Cognito::UserPool', 'AWS::S3::Bucket'];
  const fates = (of: Built) =>
    everyResource(of).flatMap(([name, one]) =>
      KEPT.includes(one.Type) ? [[name, (one as { DeletionPolicy?: string }).DeletionPolicy] as const] : [],
    );

  it('outlives its stack', () => {
    expect(fates(built).length).toBe(5);
    for (const [name, fate] of fates(built)) expect(fate, name).toBe('Retain');
    Template.fromStack(built.stacks.data).hasResourceProperties('AWS::DSQL::Cluster', {
      DeletionProtectionEnabled: true,
    });
  });

  it('goes with it when it is asked to', () => {
    for (const [name, fate] of fates(other)) expect(fate, name).toBe('Delete');
  });

  it('the schema is brought up to date in the first stack, and each function is let in before it runs', () => {
    Template.fromStack(built.stacks.data).hasResourceProperties('AWS::CloudFormation::CustomResource', {
      do: 'migrate',
      migrations: 'migrations',
    });
    for (const stack of all(built))
      if (stack !== built.stacks.data) expect(stack.dependencies.length).toBeGreaterThan(0);
    Template.fromStack(built.stacks.api).hasResource('AWS::Lambda::Function', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('DatabaseUser')]),
    });
  });

  it('with a database of your own nobody is let into another', () => {
    expect(everyResource(other).filter(([, { Type }]) => Type.startsWith('AWS::DSQL'))).toEqual([]);
    expect(actionsOf(allowed(other.stacks.api, 'Api'))).toEqual([...LOGS, ...SECRETS, ...TRACES].sort());
  });
});

describe('mail', () => {
  it('is reported to a queue that keeps what fails', () => {
    const template = Template.fromStack(built.stacks.email);
    template.hasResourceProperties('AWS::SES::ConfigurationSetEventDestination', {
      EventDestination: { Enabled: true, EventBridgeDestination: Match.anyValue() },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.ses'], detail: { mail: { tags: { 'ses:configuration-set': ['volley'] } } } },
    });
    template.hasResourceProperties('AWS::SQS::Queue', { RedrivePolicy: { maxReceiveCount: 5 } });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('is sent as the domain, bounces and replies to domains below it', () => {
    const template = Template.fromStack(built.stacks.email);
    template.hasResourceProperties('AWS::SES::EmailIdentity', {
      EmailIdentity: 'northwind.example',
      MailFromAttributes: { MailFromDomain: 'bounce.northwind.example' },
      ConfigurationSetAttributes: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::SES::ReceiptRule', {
      Rule: Match.objectLike({ Recipients: ['reply.northwind.example'] }),
    });
    const outputs = Object.keys(template.findOutputs('*'));
    for (const record of [
      'DnsDkim1',
      'DnsDkim2',
      'DnsDkim3',
      'DnsMailFromMx',
      'DnsMailFromSpf',
      'DnsDmarc',
      'DnsReplies',
    ]) {
      expect(outputs).toContain(record);
    }
  });
});

describe('the watch', () => {
  it('has an alarm for each figure and mails whoever is named', () => {
    const template = Template.fromStack(built.stacks.watch);
    for (const figure of Object.keys(FIGURES)) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: `volley-${figure}`, Namespace: 'Volley' });
    }
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@northwind.example' });
    for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
      expect(Properties.AlarmActions).toHaveLength(1);
    }
  });
});

describe('workers', () => {
  it('on Fargate run on spare capacity, let nobody in, and take no function', () => {
    const template = Template.fromStack(other.stacks.worker);
    template.hasResourceProperties('AWS::ECS::Service', {
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
    });
    for (const { Properties } of Object.values(template.findResources('AWS::EC2::SecurityGroup'))) {
      expect(Properties.SecurityGroupIngress).toBeUndefined();
    }
    expect(Object.keys(template.findResources('AWS::Lambda::Function'))).toHaveLength(1);
  });

  it('on Lambda are invoked by version, and old versions stay', () => {
    const versions = Object.values(Template.fromStack(built.stacks.worker).findResources('AWS::Lambda::Version'));
    expect(versions.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Retain', 'Retain']);
  });

  it('on Lambda are released by their version, with the role and the word that Temporal needs', () => {
    for (const [queue, worker] of [
      ['volley-lead', 'Lead'],
      ['volley-email', 'Email'],
    ]) {
      Template.fromStack(built.stacks.worker).hasResourceProperties('AWS::CloudFormation::CustomResource', {
        queue,
        buildId: 'build',
        function: { Ref: Match.stringLikeRegexp(`^${worker}FunctionCurrentVersion`) },
        role: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Invoker'), 'Arn'] },
        externalId: 'a-word',
        rampSeconds: '60',
      });
    }
  });

  it('let nobody in where Temporal invokes them as itself', () => {
    const { stacks } = build({ temporal: { address: 't:7233', assumesRole: false } });
    const template = Template.fromStack(stacks.worker);
    expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).not.toContain('sts:ExternalId');
    template.hasResourceProperties('AWS::CloudFormation::CustomResource', {
      queue: 'volley-lead',
      role: Match.absent(),
      externalId: Match.absent(),
    });
  });

  it.each(['arm64', 'x86_64'])('all of them on %s', (architecture) => {
    const of = architecture === 'arm64' ? built : other;
    const functions = everyResource(of).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
    expect(functions).toHaveLength(of === built ? 8 : 5);
    for (const [, { Properties }] of functions) {
      expect(Properties['Architectures']).toEqual([architecture]);
      expect(Properties['Runtime']).toBe('nodejs24.x');
    }
  });
});

/** What has a name of its own in the account. A policy's is one within its role; an export's begins with its stack's. */
const namesOf = ({ Type, Properties }: Resource): readonly string[] => {
  const { Budget = {}, ...rest } = Properties;
  return Object.entries({ ...rest, ...z.record(z.string(), z.unknown()).parse(Budget) }).flatMap(([key, value]) =>
    /Name$/.test(key) && typeof value === 'string' && Type !== 'AWS::IAM::Policy' ? [`${Type} ${key} ${value}`] : [],
  );
};

it('two deployments in one account share no name', () => {
  const app = new App();
  const [one, two] = [
    build({ name: 'one', domain: 'one.example' }, app),
    build({ name: 'two', domain: 'two.example' }, app),
  ];
  const named = (of: Built): readonly string[] => everyResource(of).flatMap(([, resource]) => namesOf(resource));
  // What is shared by its nature: the kind of a metric, the roles people have.
  const own = (names: readonly string[]) => names.filter((name) => !/ (MetricName|GroupName|StageName) /.test(name));
  expect(own(named(one)).length).toBeGreaterThan(20);
  expect(own(named(one)).filter((name) => named(two).includes(name))).toEqual([]);
  for (const [, { Type, Properties }] of everyResource(two)) {
    expect(JSON.stringify(Properties), Type).not.toMatch(/one\.example|"one"/);
  }
});

describe('AwsSolutions', () => {
  it.each([
    ['by default', () => built],
    ['with everything chosen otherwise', () => other],
  ])('passes %s', (_, of) => {
    const { app } = of();
    check(app);
    expect(() => app.synth()).not.toThrow();
  });

  it('would find what is not acknowledged', () => {
    const app = new App();
    new Bucket(new Stack(app, 'Other'), 'Open');
    check(app);
    expect(() => app.synth()).toThrow('AwsSolutions-S1');
  });
});

it('the templates are as they were', async () => {
  for (const stack of all(built)) {
    const text = JSON.stringify(Template.fromStack(stack).toJSON(), null, 1).replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH');
    await expect(text).toMatchFileSnapshot(`fixtures/${stack.stackName}.json`);
  }
});
