/** What `cdk` runs: reads the settings, builds what is uploaded, and writes the templates. Needs no account and no network. */
import { App } from 'aws-cdk-lib';
import { z } from 'zod';
import { VolleyError } from '../src/core/errors.ts';
import { buildAssets } from './build/assets.ts';
import { check, deploy } from './deployment.ts';
import { leaveOut } from './parts/leave-out.ts';
import { readSettings } from './settings.ts';

/** Types of resources and names of outputs, with commas between them, as `-c without=…` gives them. */
const namesSchema = z
  .string()
  .default('')
  .transform((names) => names.split(',').filter((name) => name !== ''));

try {
  const app = new App();
  const name = z.string().default('example').parse(app.node.tryGetContext('settings'));
  const settings = readSettings(name);
  check(app);
  deploy(app, settings, await buildAssets(settings));
  leaveOut(app, namesSchema.parse(app.node.tryGetContext('without')));
  app.synth();
} catch (error) {
  if (!(error instanceof VolleyError)) throw error;
  console.error(`${error.message}\n${error.fix ?? ''}`);
  process.exitCode = 1;
}
