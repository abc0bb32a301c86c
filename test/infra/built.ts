/** Stacks without their code: what templates say does not hang on it, and bundling takes seconds. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Asset, Assets } from '../../infra/assets.ts';
import { type Deployment, deploy } from '../../infra/deployment.ts';
import { checkSettings, type Settings } from '../../infra/settings.ts';

function standIn(name: string): Asset {
  const folder = mkdtempSync(join(tmpdir(), 'volley-asset-'));
  writeFileSync(join(folder, 'index.mjs'), `// ${name}\n`);
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
  return { folder, code: Code.fromAsset(folder) };
}

export const assets = (): Assets => ({
  api: standIn('api'),
  events: standIn('events'),
  inbound: standIn('inbound'),
  sweep: standIn('sweep'),
  migrate: standIn('migrate'),
  worker: { ...standIn('worker'), buildId: 'build' },
  migrations: 'migrations',
});

const least = {
  domain: 'northwind.example',
  temporal: {
    address: 'temporal.northwind.example:7233',
    invokedBy: ['arn:aws:iam::111122223333:role/temporal'],
    externalId: 'northwind-volley',
  },
  alarms: { email: 'ops@northwind.example' },
};

/** Settings with what must be there, and these. */
export const settingsWith = (more: object = {}): Settings => checkSettings({ ...least, ...more }, 'these settings');

export interface Built {
  readonly app: App;
  readonly stacks: Deployment;
}

export function build(more: object = {}, app = new App()): Built {
  return { app, stacks: deploy(app, settingsWith(more), assets()) };
}

export type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };

/** Every resource of a stack by its logical id. */
export function resourcesOf(stack: Stack): Readonly<Record<string, Resource>> {
  const { Resources = {} } = Template.fromStack(stack).toJSON() as { Resources?: Record<string, Resource> };
  return Resources;
}
