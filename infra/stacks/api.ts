/** The API: an HTTP API before one function, and the people who may sign in. Machines come with keys of Volley's own. */
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Assets } from '../assets.ts';
import { acknowledge } from '../parts/acknowledge.ts';
import { Concern } from '../parts/concern.ts';
import { VolleyFunction } from '../parts/function.ts';
import { People } from '../parts/people.ts';
import { fromSecret } from '../parts/secrets.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from './data.ts';

/** API Gateway answers 503 after 30 seconds whatever the function does. */
const TIMEOUT = Duration.seconds(29);

/** Links in mails: anybody can call them, so they have a throttle of their own and starve nobody. */
const LINKS = ['/u/{token}', '/a/{token}', '/c/{token}', '/v1/reps/{id}/calendar.ics'];

export class ApiStack extends Concern {
  /** Where people reach it, without a slash at the end. */
  readonly publicUrl: string;
  readonly api: HttpApi;
  readonly fn: VolleyFunction;

  constructor(scope: Construct, settings: Settings, assets: Assets, data: DataStack) {
    super(scope, 'api', settings, 'HTTP API and sign-in');
    const people = new People(this, 'People', settings);
    this.api = new HttpApi(this, 'Http', {
      apiName: settings.name,
      createDefaultStage: false,
      disableExecuteApiEndpoint: settings.api !== undefined,
    });
    this.publicUrl = settings.api === undefined ? this.api.apiEndpoint : `https://${settings.api.domain}`;
    this.fn = new VolleyFunction(this, 'Api', {
      settings,
      code: assets.api.code,
      description: `${settings.name}: the API`,
      memoryMb: 1024,
      timeout: TIMEOUT,
      environment: {
        VOLLEY_PUBLIC_URL: this.publicUrl,
        COGNITO_ISSUER: people.issuer,
        COGNITO_CLIENT: people.client.userPoolClientId,
      },
    });
    data.connect(this.fn);
    data.reachTemporal(this.fn);
    fromSecret(this.fn, 'VOLLEY_SECRET', data.linkSecret);
    this.routes();
    this.stage();
    new CfnOutput(this, 'Url', { value: this.publicUrl });
    new CfnOutput(this, 'UserPool', { value: people.pool.userPoolId });
    new CfnOutput(this, 'UserPoolClient', { value: people.client.userPoolClientId });
  }

  private routes(): void {
    const integration = new HttpLambdaIntegration('ToApi', this.fn.lambda);
    const paths = [...LINKS, '/{proxy+}', '/'];
    const any = [HttpMethod.ANY];
    for (const route of paths.flatMap((path) => this.api.addRoutes({ path, methods: any, integration }))) {
      acknowledge(route, {
        APIG4:
          'The function itself checks keys and tokens, so that both are refused alike; the links carry a signed token.',
      });
    }
  }

  private stage(): void {
    const { limits, api: named } = this.settings;
    const log = new LogGroup(this, 'Access', { retention: limits.logDays, removalPolicy: RemovalPolicy.DESTROY });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: limits.apiPerSecond, burstLimit: limits.apiBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        // The route, never the path: a path may hold a token. No address either: it is personal data.
        format: AccessLogFormat.custom(
          JSON.stringify({
            at: '$context.requestTime',
            id: '$context.requestId',
            route: '$context.routeKey',
            status: '$context.status',
            bytes: '$context.responseLength',
            ms: '$context.responseLatency',
            error: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
    const throttle = { ThrottlingRateLimit: limits.linksPerSecond, ThrottlingBurstLimit: limits.linksBurst };
    const { defaultChild } = stage.node;
    if (!(defaultChild instanceof CfnStage)) throw new Error('a stage is no longer made of a CfnStage');
    defaultChild.routeSettings = Object.fromEntries(LINKS.map((path) => [`ANY ${path}`, throttle]));
    // A route must be there before a stage says how often it may be called.
    for (const child of this.api.node.children) stage.node.addDependency(child);
    if (named === undefined) return;
    const domainName = new DomainName(this, 'Domain', {
      domainName: named.domain,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', named.certificate),
    });
    new ApiMapping(this, 'Mapping', { api: this.api, domainName, stage });
    new CfnOutput(this, 'DnsApi', {
      value: `${named.domain} CNAME ${domainName.regionalDomainName}`,
      description: 'To add to DNS',
    });
  }
}
