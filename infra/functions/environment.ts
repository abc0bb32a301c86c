/** A function's environment: what it is told, and the secrets it reads once, when it starts. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DsqlSigner } from '@aws-sdk/dsql-signer';
import { z } from 'zod';
import { type Config, readConfig } from '../../src/config.ts';
import { VolleyError } from '../../src/core/errors.ts';
import { FROM_SECRET } from '../names.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Asks Secrets Manager. @throws VolleyError `no-secret` that names the variable, never the value */
async function readSecret(arn: string, variable: string): Promise<string> {
  const client = new SecretsManagerClient({});
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (SecretString === undefined) throw new Error('it is binary');
    return SecretString.trim();
  } catch (cause) {
    throw new VolleyError('no-secret', `the secret for ${variable} could not be read`, {
      fix: `Put the value into the secret ${arn} as text, and let this function read it.`,
      cause,
    });
  } finally {
    client.destroy();
  }
}

/** The environment with every secret that it names put in. */
export async function withSecrets(environment: Environment, read = readSecret): Promise<Environment> {
  const named = Object.entries(environment).filter(([name]) => name.startsWith(FROM_SECRET));
  const values = await Promise.all(
    named.map(async ([name, arn = '']) => {
      const variable = name.slice(FROM_SECRET.length);
      return [variable, await read(arn, variable)] as const;
    }),
  );
  return { ...environment, ...Object.fromEntries(values) };
}

const dsqlSchema = z.object({ DSQL_ENDPOINT: z.string().optional(), DSQL_USER: z.string().default('admin') });

export interface Setting {
  readonly config: Config;
  /** With Aurora DSQL: a token for the next connection; it is good for a quarter of an hour. */
  readonly password: (() => Promise<string>) | undefined;
}

/** Reads everything the environment decides. @throws VolleyError `bad-configuration`, `no-secret` */
export async function readSetting(environment: Environment = process.env): Promise<Setting> {
  const { DSQL_ENDPOINT: hostname, DSQL_USER: user } = dsqlSchema.parse(environment);
  const given = await withSecrets(environment);
  if (hostname === undefined) return { config: readConfig(given), password: undefined };
  const config = readConfig({ ...given, DATABASE_URL: `postgres://${user}@${hostname}:5432/postgres` });
  const region = environment['AWS_REGION'];
  const signer = new DsqlSigner({ hostname, ...(region === undefined ? {} : { region }) });
  return {
    config,
    password: () => (user === 'admin' ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken()),
  };
}
