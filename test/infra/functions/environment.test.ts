/** Secrets come from Secrets Manager when a function starts; its environment names where they lie. */
import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { admit } from '../../../infra/functions/admit.ts';
import { readSetting, withSecrets } from '../../../infra/functions/environment.ts';
import { once } from '../../../infra/functions/parts.ts';
import { openMemory } from '../../../src/store/db.ts';
import { listening } from '../listening.ts';

afterEach(() => vi.unstubAllEnvs());

/** Secrets Manager as it speaks on the wire. */
async function secretsManager(answers: Readonly<Record<string, string>>) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { SecretId } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const SecretString = answers[SecretId];
      response.writeHead(SecretString === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(
        JSON.stringify(SecretString === undefined ? { __type: 'ResourceNotFoundException' } : { SecretString }),
      );
    });
  });
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'made-up');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'made-up');
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', await listening(server));
  return { [Symbol.dispose]: () => void server.close() };
}

describe('an environment', () => {
  it('is given the secrets that it names', async () => {
    using _ = await secretsManager({ 'arn:links': 'a secret of the links\n' });
    const read = await withSecrets({ FROM_SECRET_VOLLEY_SECRET: 'arn:links', PORT: '1' });
    expect(read).toMatchObject({ VOLLEY_SECRET: 'a secret of the links', PORT: '1' });
  });

  it('whose secret is not there says which one', async () => {
    using _ = await secretsManager({});
    await expect(withSecrets({ FROM_SECRET_DATABASE_URL: 'arn:gone' })).rejects.toMatchObject({
      code: 'no-secret',
      message: 'the secret for DATABASE_URL could not be read',
    });
  });

  it('with Aurora DSQL has an address without a password, and a token for each connection', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'made-up');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'made-up');
    const host = 'abc.dsql.eu-west-1.on.aws';
    const { config, password } = await readSetting({
      DSQL_ENDPOINT: host,
      DSQL_USER: 'volley_app',
      AWS_REGION: 'eu-west-1',
    });
    expect(config.databaseUrl).toBe(`postgres://volley_app@${host}:5432/postgres`);
    const token = await password?.();
    expect(token).toContain('Action=DbConnect&');
    const admin = await readSetting({ DSQL_ENDPOINT: host, DSQL_USER: 'admin', AWS_REGION: 'eu-west-1' });
    expect(await admin.password?.()).toContain('Action=DbConnectAdmin&');
  });
});

describe('what is made once', () => {
  it('is kept, and made anew when it failed', async () => {
    let tries = 0;
    const ready = once(async () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return tries;
    });
    await expect(ready()).rejects.toThrow('not yet');
    expect(await Promise.all([ready(), ready()])).toEqual([2, 2]);
  });
});

describe('letting a role into the database', () => {
  it('runs nothing that is no role and no user', async () => {
    const memory = await openMemory();
    const dsql = { ...memory, kind: 'dsql' } as const;
    try {
      await expect(
        admit(dsql, { user: 'x; drop table leads', role: 'arn:aws:iam::111122223333:role/x' }),
      ).rejects.toThrow();
      await expect(
        admit(dsql, { user: 'volley_app', role: "arn:aws:iam::111122223333:role/x'; drop" }),
      ).rejects.toThrow();
    } finally {
      await memory.close();
    }
  });
});
