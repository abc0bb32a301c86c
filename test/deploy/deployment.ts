/** A deployment on the emulator with everything around it that AWS is not: store, Temporal, the world's mail. */
import { request } from 'node:http';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { type LocalTemporal, startTemporal } from '../../src/dev/temporal.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import { type Cdk, cdkWith } from './cdk.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';

export const NAME = 'northwind';

export interface World {
  readonly store: TestDatabase;
  readonly emulator: Emulator;
  readonly temporal: LocalTemporal;
  readonly mailbox: Mailbox;
  readonly secrets: SecretsManagerClient;
  readonly cdk: Cdk;
  close(): Promise<void>;
}

/** Temporal's serverless workers, as its own development server has them: it invokes functions as itself. */
const SERVERLESS = {
  'workercontroller.enabled': true,
  'workercontroller.compute_providers.enabled': ['aws-lambda'],
  'workercontroller.scaling_algorithms.enabled': ['no-sync'],
  'workercontroller.compute_providers.aws.require_role_and_external_id': false,
};

export async function openWorld(): Promise<World> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.reverse()) await one();
  };
  try {
    const store = await withDatabase('postgres', { migrated: false });
    closers.push(() => store.close());
    const mailbox = await startMailbox();
    closers.push(() => mailbox.close());
    const emulator = await startEmulator({ SMTP_HOST: mailbox.address });
    closers.push(() => emulator.close());
    const temporal = await startTemporal({ settings: SERVERLESS, env: { ...process.env, ...emulator.env } });
    closers.push(() => temporal.close());
    const secrets = new SecretsManagerClient(clientOf(emulator));
    closers.push(() => secrets.destroy());
    await secrets.send(new CreateSecretCommand({ Name: `${NAME}/database`, SecretString: store.url ?? '' }));
    const cdk = await cdkWith(emulator, {
      name: NAME,
      domain: 'northwind.example',
      temporal: { address: temporal.address, assumesRole: false },
      alarms: { email: 'ops@northwind.example' },
      arch: process.arch === 'arm64' ? 'arm64' : 'x64',
      database: 'url',
      databaseUrlSecret: `${NAME}/database`,
      keepData: false,
      limits: { workerSeconds: 20, rampSeconds: 5 },
    });
    return { store, emulator, temporal, mailbox, secrets, cdk, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What every client of the AWS SDK needs to talk to the emulator. */
export const clientOf = ({ url, env }: Emulator) => ({
  endpoint: url,
  region: env['AWS_REGION'] ?? '',
  credentials: {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
  },
});

export interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

export interface Call {
  /** `POST /v1/leads`. */
  readonly route: string;
  readonly token: string;
  readonly body?: object;
}

/** API Gateway knows an API by its host name; the emulator listens at one address for all. */
export function call(emulator: Emulator, api: string, { route, token, body }: Call): Promise<Answer> {
  const { hostname, port } = new URL(emulator.url);
  const [id] = new URL(api).hostname.split('.');
  const [method, path] = z.tuple([z.string(), z.string()]).parse(route.split(' '));
  const headers = {
    host: `${id}.execute-api.localhost:${port}`,
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode, body: text === '' ? null : JSON.parse(text) });
      });
      response.on('error', reject);
    });
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
