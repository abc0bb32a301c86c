/** The workers as containers that are always there, on spare capacity: the same code, steady load for less money. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { FlowLogDestination, IpAddresses, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Asset } from '../assets.ts';
import type { Settings } from '../settings.ts';
import { acknowledge } from './acknowledge.ts';
import type { Runner } from './function.ts';

export class FargateWorkers extends Construct implements Runner {
  readonly role: Role;
  readonly runs: FargateService;
  private readonly task: FargateTaskDefinition;

  constructor(scope: Construct, id: string, settings: Settings, asset: Asset) {
    super(scope, id);
    const arm = settings.arch === 'arm64';
    const logs = (name: string): LogGroup =>
      new LogGroup(this, name, { retention: settings.limits.logDays, removalPolicy: RemovalPolicy.DESTROY });
    // Public subnets without a way in: workers call out only, and a NAT gateway costs more than they do.
    const vpc = new Vpc(this, 'Net', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/24'),
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'out', subnetType: SubnetType.PUBLIC, cidrMask: 26 }],
      flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs(logs('Flows')) } },
    });
    const cluster = new Cluster(this, 'Cluster', {
      vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
      enableFargateCapacityProviders: true,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: `${settings.name}: what workers may do`,
    });
    this.task = new FargateTaskDefinition(this, 'Task', {
      cpu: 512,
      memoryLimitMiB: 1024,
      taskRole: this.role,
      runtimePlatform: {
        cpuArchitecture: arm ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    this.task.addContainer('worker', {
      image: ContainerImage.fromAsset(asset.folder, { platform: arm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64 }),
      logging: LogDriver.awsLogs({ logGroup: logs('Logs'), streamPrefix: 'worker' }),
      environment: { LOG_FORMAT: 'json' },
      // What is under way ends within 25 s; spare capacity is taken back with two minutes' notice.
      stopTimeout: Duration.seconds(60),
    });
    acknowledge(this.task, {
      ECS2: 'The environment holds names and addresses; secrets are read from Secrets Manager by the process itself.',
      'IAM5[Resource::*]': 'ecr:GetAuthorizationToken knows no resources.',
    });
    this.runs = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: this.task,
      desiredCount: settings.limits.workerTasks,
      assignPublicIp: true,
      minHealthyPercent: 50,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    });
  }

  set(variable: string, value: string): void {
    this.task.defaultContainer?.addEnvironment(variable, value);
  }

  may(actions: readonly string[], resources: readonly string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
}
