/**
 * All stacks from nothing to nothing, on an emulator of AWS: the real `cdk`, the real functions, a real Postgres and
 * Temporal. What the emulator lacks is left out by name (`cdk.ts`); what templates say of it is tested on templates.
 */
import { request } from 'node:http';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import '../support/temporal-server.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import { type Cdk, cdkWith, type Outputs } from './cdk.ts';
import { type Emulator, startEmulator } from './emulator.ts';

let store: TestDatabase;
let emulator: Emulator;
let cdk: Cdk;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  store = await withDatabase('postgres', { migrated: false });
  emulator = await startEmulator();
  secrets = new SecretsManagerClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: emulator.env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: 'test' },
  });
  await secrets.send(new CreateSecretCommand({ Name: 'northwind/database', SecretString: store.url ?? '' }));
  cdk = await cdkWith(emulator, {
    name: 'northwind',
    domain: 'northwind.example',
    temporal: {
      address: inject('temporalAddress'),
      invokedBy: ['arn:aws:iam::000000000000:root'],
      externalId: 'northwind-volley',
    },
    alarms: { email: 'ops@northwind.example' },
    arch: process.arch === 'arm64' ? 'arm64' : 'x64',
    database: 'url',
    databaseUrlSecret: 'northwind/database',
    keepData: false,
  });
});

afterAll(async () => {
  secrets?.destroy();
  await emulator?.close();
  await store?.close();
});

/** API Gateway knows an API by its host name; the emulator listens at one address for all. */
function call(api: string, path: string, key: string): Promise<{ status: number | undefined; body: string }> {
  const { hostname, port } = new URL(emulator.url);
  const [id] = new URL(api).hostname.split('.');
  const headers = { host: `${id}.execute-api.localhost:${port}`, authorization: `Bearer ${key}` };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', reject);
    });
    sent.on('error', reject).end();
  });
}

describe('a deployment', () => {
  let outputs: Outputs;

  it('is made from nothing', async () => {
    await cdk.bootstrap();
    ({ outputs } = await cdk.deploy());
    const stacks = ['api', 'data', 'email', 'watch', 'worker'].map((concern) => `northwind-${concern}`);
    expect(Object.keys(outputs).sort()).toEqual(stacks);
  });

  it('has brought the schema up to date and made the first key, and its API answers to it', async () => {
    const SecretId = outputs['northwind-data']?.['AdminKeySecret'];
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    const api = outputs['northwind-api']?.['Url'] ?? '';
    expect(await call(api, '/v1/keys', SecretString ?? '')).toMatchObject({
      status: 200,
      body: expect.stringContaining('the first key'),
    });
    expect(await call(api, '/v1/keys', 'nobody')).toMatchObject({
      status: 401,
      body: expect.stringContaining('wrong-key'),
    });
    expect(await call(api, '/readyz', 'nobody')).toMatchObject({ status: 200 });
  });

  it('that has no change changes nothing', async () => {
    const { said } = await cdk.deploy();
    for (const stack of Object.keys(outputs)) expect(said).toContain(`${stack} (no changes)`);
  });

  it('goes when it is told to', async () => {
    await cdk.destroy();
    await expect(
      secrets.send(new GetSecretValueCommand({ SecretId: outputs['northwind-data']?.['AdminKeySecret'] })),
    ).rejects.toThrow();
  });
});
