import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/settings.ts';
import { settingsWith } from './built.ts';

describe('settings of a deployment', () => {
  it('have good defaults', () => {
    expect(settingsWith()).toMatchObject({
      name: 'volley',
      replyDomain: 'reply.northwind.example',
      bounceDomain: 'bounce.northwind.example',
      worker: 'lambda',
      arch: 'arm64',
      database: 'dsql',
      keepData: true,
      limits: { apiPerSecond: 100, bouncePercent: 3, complaintPercent: 0.08, workerSeconds: 60 },
    });
  });

  it.each([
    [{ domain: 'Not a domain' }, 'domain: must be a domain name in lower case'],
    [{ name: 'Production' }, 'name: must be 1 to 20 lower-case letters'],
    [{ database: 'url' }, 'databaseUrlSecret: needed with `database: url`'],
    [{ databaseUrlSecret: 'x' }, 'databaseUrlSecret: goes with `database: url` only'],
    [{ database: 'url', databaseUrlSecret: 'postgres://me:pw@host/db' }, 'never the secret itself'],
    [{ temporal: { address: 'https://t:7233' } }, 'temporal.address: must be HOST:PORT'],
    [{ temporal: { address: 't:7233' } }, 'temporal.externalId: needed with `worker: lambda`'],
    [
      { temporal: { address: 't:7233', assumesRole: false, externalId: 'a-word' } },
      'temporal.assumesRole: with `false` nobody is let in',
    ],
    [{ temporal: { address: 't:7233' } }, 'temporal.invokedBy: needed with `worker: lambda`'],
    [{ limits: { bouncePercent: 30 } }, 'limits.bouncePercent'],
    [{ limits: { logDays: 31 } }, 'limits.logDays'],
    [{ replydomain: 'x.example' }, 'replydomain'],
  ])('that are wrong are named: %o', (more, words) => {
    expect(() => settingsWith(more)).toThrow(words);
  });

  it('need no invoker with workers that are always there', () => {
    expect(settingsWith({ worker: 'fargate', temporal: { address: 't:7233' } }).worker).toBe('fargate');
  });

  it('are read by name, and the example is right', () => {
    expect(readSettings('example').domain).toBe('northwind.example');
    expect(() => readSettings('nobody')).toThrow(/there is no .*nobody\.yaml/);
    expect(() => readSettings('../example')).toThrow('cannot be the name of settings');
  });

  it('that are no YAML are said to be none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'volley-settings-'));
    writeFileSync(join(folder, 'broken.yaml'), 'domain: [');
    expect(() => readSettings('broken', folder)).toThrow('is no YAML');
  });
});
