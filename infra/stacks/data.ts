/**
 * What must be kept: the store, and the secrets. It also brings the schema up to date, so whoever depends on this
 * stack finds the tables its code needs.
 */
import { CfnOutput } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-dsql';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Assets } from '../assets.ts';
import { FUNCTION_USER } from '../names.ts';
import { acknowledge } from '../parts/acknowledge.ts';
import { Concern, fateOfData } from '../parts/concern.ts';
import { type Runner, VolleyFunction } from '../parts/function.ts';
import { PATIENCE, request } from '../parts/request.ts';
import { fromSecret } from '../parts/secrets.ts';
import type { Settings } from '../settings.ts';

export class DataStack extends Concern {
  readonly linkSecret: Secret;
  readonly adminKey: Secret;
  readonly temporalKey: ISecret | undefined;
  private readonly cluster: CfnCluster | undefined;
  private readonly databaseUrl: ISecret | undefined;
  readonly migrate: VolleyFunction;

  constructor(scope: Construct, settings: Settings, assets: Assets) {
    super(scope, 'data', settings, 'store and secrets');
    const fate = fateOfData(settings);
    if (settings.database === 'dsql') {
      this.cluster = new CfnCluster(this, 'Cluster', {
        deletionProtectionEnabled: settings.keepData,
        tags: [{ key: 'Name', value: settings.name }],
      });
      this.cluster.applyRemovalPolicy(fate);
      new CfnOutput(this, 'DatabaseEndpoint', { value: this.cluster.attrEndpoint });
    } else {
      this.databaseUrl = Secret.fromSecretNameV2(this, 'DatabaseUrl', settings.databaseUrlSecret ?? '');
    }
    const secret = (id: string, description: string, length: number): Secret =>
      new Secret(this, id, {
        description: `${settings.name}: ${description}`,
        generateSecretString: { excludePunctuation: true, passwordLength: length },
        removalPolicy: fate,
      });
    this.linkSecret = secret('LinkSecret', 'signs links and keys hashes of erased addresses', 64);
    acknowledge(this.linkSecret, {
      SMG4: 'Another secret breaks the unsubscribe links of mail already sent and forgets who was erased.',
    });
    this.adminKey = secret('AdminKey', 'the first admin key; make keys of your own and revoke it', 40);
    acknowledge(this.adminKey, { SMG4: 'It is the first key only: it is revoked once people have keys of their own.' });
    const { apiKeySecret } = settings.temporal;
    if (apiKeySecret !== undefined) {
      this.temporalKey = Secret.fromSecretNameV2(this, 'TemporalKey', apiKeySecret);
    }

    this.migrate = new VolleyFunction(this, 'Migrate', {
      settings,
      code: assets.migrate.code,
      description: `${settings.name}: brings the schema up to date`,
      memoryMb: 512,
      timeout: PATIENCE,
    });
    this.connect(this.migrate, 'admin');
    fromSecret(this.migrate, 'VOLLEY_ADMIN_KEY', this.adminKey);
    // Whatever changes here makes the function run: a release without a migration runs nothing.
    const asked = { do: 'migrate', migrations: assets.migrations };
    request(this, 'Schema', this.migrate, asked).node.addDependency(this.migrate);
    new CfnOutput(this, 'AdminKeySecret', { value: this.adminKey.secretArn });
    new CfnOutput(this, 'Kept', {
      value: settings.keepData ? 'database, secrets, users, mail that came in' : 'nothing',
      description: 'What outlives `cdk destroy`, and goes on costing',
    });
  }

  /** Lets a function into the database: as its own user there, or as the one who owns the tables. */
  connect(fn: Runner, as: 'app' | 'admin' = 'app'): void {
    const { cluster, databaseUrl } = this;
    if (databaseUrl !== undefined) fromSecret(fn, 'DATABASE_URL', databaseUrl);
    if (cluster === undefined) return;
    fn.may([as === 'admin' ? 'dsql:DbConnectAdmin' : 'dsql:DbConnect'], [cluster.attrResourceArn]);
    fn.set('DSQL_ENDPOINT', cluster.attrEndpoint);
    fn.set('DSQL_USER', as === 'admin' ? 'admin' : FUNCTION_USER);
    if (as === 'admin') return;
    // AWS IAM says who may connect, the database as whom: both must know the role.
    const asked = { do: 'admit', user: FUNCTION_USER, role: fn.role.roleArn };
    fn.runs.node.addDependency(request(fn, 'DatabaseUser', this.migrate, asked));
  }

  /** Gives a function what it needs to nudge leads. */
  reachTemporal(fn: Runner): void {
    const { address, namespace, tls } = this.settings.temporal;
    fn.set('TEMPORAL_ADDRESS', address);
    fn.set('TEMPORAL_NAMESPACE', namespace);
    if (tls) fn.set('TEMPORAL_TLS', 'true');
    if (this.temporalKey !== undefined) fromSecret(fn, 'TEMPORAL_API_KEY', this.temporalKey);
  }
}
