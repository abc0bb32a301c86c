/** What `cdk` runs: reads the settings, builds what is uploaded, and writes the templates. Needs no account and no network. */
import { App } from 'aws-cdk-lib';
import { z } from 'zod';
import { VolleyError } from '../src/core/errors.ts';
import { buildAssets } from './build/assets.ts';
import { check, deploy } from './deployment.ts';
import { readSettings } from './settings.ts';

try {
  const app = new App();
  const name = z.string().default('example').parse(app.node.tryGetContext('settings'));
  const settings = readSettings(name);
  check(app);
  deploy(app, settings, await buildAssets(settings));
  app.synth();
} catch (error) {
  if (!(error instanceof VolleyError)) throw error;
  console.error(`${error.message}\n${error.fix ?? ''}`);
  process.exitCode = 1;
}
