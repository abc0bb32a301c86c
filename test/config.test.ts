import { describe, expect, it } from 'vitest';
import { isLoopback, readConfig } from '../src/config.ts';
import { VolleyError } from '../src/core/errors.ts';

function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(VolleyError);
    if (error instanceof VolleyError) {
      expect(error.code).toBe('bad-configuration');
      return error.message;
    }
  }
  throw new Error('it was accepted');
}

describe('configuration', () => {
  it('needs nothing', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      home: '.volley',
      databaseUrl: undefined,
      speed: 1,
      email: { kind: 'mailbox' },
      temporal: { address: undefined, namespace: 'default', tls: false },
      warnings: [],
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', TEMPORAL_ADDRESS: '' })).toMatchObject({
      port: 8080,
      databaseUrl: undefined,
    });
  });

  it.each(['1.1.1.1', '127.0.0.1:5353', '2606:4700::1111', '[2606:4700::1111]:53'])('takes the resolver %s', (dns) => {
    expect(readConfig({ VOLLEY_DNS: dns }).dns).toBe(dns);
  });

  it.each(['dns.example', 'localhost:53', '1.1.1', '[::1'])('refuses the resolver %s', (dns) => {
    expect(refusal({ VOLLEY_DNS: dns })).toContain('VOLLEY_DNS: must be a resolver as IP or IP:PORT');
  });

  it('names every wrong variable at once and never its value', () => {
    const message = refusal({
      PORT: 'eighty',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      VOLLEY_SECRET: 'short-secret',
      VOLLEY_SPEED: '0',
      LOG_LEVEL: 'loud',
      TEMPORAL_ADDRESS: 'https://cloud:7233',
    });
    for (const name of ['PORT', 'DATABASE_URL', 'VOLLEY_SECRET', 'VOLLEY_SPEED', 'LOG_LEVEL', 'TEMPORAL_ADDRESS']) {
      expect(message).toContain(`${name}: `);
    }
    expect(message).toContain('LOG_LEVEL: must be trace, debug, info, warn, error, fatal or silent');
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('short-secret');
  });

  it('takes a secret with the one before it, and each must be long enough', () => {
    const both = `${'n'.repeat(32)},${'o'.repeat(32)}`;
    expect(readConfig({ VOLLEY_SECRET: both }).secret).toBe(both);
    for (const short of [`${'n'.repeat(32)},old`, `,${'o'.repeat(32)}`, `${'n'.repeat(32)},`, 'n'.repeat(31)])
      expect(refusal({ VOLLEY_SECRET: short }), short).toContain('VOLLEY_SECRET: must have at least 32 characters');
  });

  it('refuses a sped-up clock with the real SES', () => {
    expect(refusal({ VOLLEY_SPEED: '43200', AWS_REGION: 'eu-west-1' })).toContain('VOLLEY_SPEED: ');
    const local = { VOLLEY_SPEED: '43200', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SES: 'http://127.0.0.1:9001' };
    expect(readConfig(local).speed).toBe(43_200);
  });

  it('refuses a sped-up clock with a Temporal server elsewhere', () => {
    expect(refusal({ VOLLEY_SPEED: '2', TEMPORAL_ADDRESS: 'temporal.example:7233' })).toContain('VOLLEY_SPEED: ');
    expect(readConfig({ VOLLEY_SPEED: '2', TEMPORAL_ADDRESS: 'localhost:7233' }).speed).toBe(2);
  });

  it('uses SES when AWS is named, at the endpoint given for SES before the one for all', () => {
    expect(readConfig({ AWS_REGION: 'eu-west-1' }).email).toMatchObject({ kind: 'ses', region: 'eu-west-1' });
    const both = {
      AWS_REGION: 'x',
      AWS_ENDPOINT_URL: 'http://localhost:1',
      AWS_ENDPOINT_URL_SES: 'http://localhost:2',
    };
    expect(readConfig(both).email).toMatchObject({ endpoint: 'http://localhost:2' });
    expect(refusal({ AWS_ENDPOINT_URL_SES: 'http://localhost:2' })).toContain('AWS_REGION: ');
  });

  it('turns TLS on for an API key or a certificate, and wants both halves of a certificate', () => {
    expect(readConfig({ TEMPORAL_API_KEY: 'k' }).temporal.tls).toBe(true);
    expect(readConfig({ TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' }).temporal.tls).toBe(false);
    expect(refusal({ TEMPORAL_TLS_CLIENT_CERT_PATH: 'c.pem' })).toContain('TEMPORAL_TLS_CLIENT_KEY');
  });

  it('warns about a variable that looks misspelt', () => {
    expect(readConfig({ VOLLEY_SPED: '2' }).warnings).toEqual([
      'VOLLEY_SPED is not a variable of Volley and does nothing; did you mean VOLLEY_SPEED?',
    ]);
  });

  it('drops the slash at the end of its own address', () => {
    expect(readConfig({ VOLLEY_PUBLIC_URL: 'https://volley.example/' }).publicUrl).toBe('https://volley.example');
  });

  it.each([
    ['127.0.0.1:7233', true],
    ['localhost:7233', true],
    ['[::1]:7233', true],
    ['::1', true],
    ['fe80::1', false],
    ['http://127.0.0.5:1/x', true],
    ['10.0.0.1:7233', false],
    ['localhost.example:7233', false],
    ['https://127.0.0.1.example', false],
  ])('knows whether %s is this machine', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});
