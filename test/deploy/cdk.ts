/** The real `cdk`, against the emulator. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Emulator } from './emulator.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');
const failedSchema = z.object({ stdout: z.string(), stderr: z.string() });
const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));

/** What the emulator does not know, and nothing else: mail that comes in, budgets, and the records of DKIM. */
const LACKING = [
  'AWS::SES::ReceiptRuleSet',
  'AWS::SES::ReceiptRule',
  'Activate',
  'DnsDkim1',
  'DnsDkim2',
  'DnsDkim3',
  'AWS::Budgets::Budget',
];

/** The emulator's only account. */
const ACCOUNT = '000000000000';

export type Outputs = z.infer<typeof outputsSchema>;

export interface Cdk {
  bootstrap(): Promise<void>;
  /** Deploys all stacks, of the sources in this folder or of those at hand. Outputs by stack, and what was said. */
  deploy(sources?: string): Promise<{ readonly outputs: Outputs; readonly said: string }>;
  destroy(): Promise<void>;
}

export async function cdkWith(emulator: Emulator, settings: object): Promise<Cdk> {
  // Beside the emulator's log, and gone with it.
  const folder = await mkdtemp(join(dirname(emulator.log), 'cdk-'));
  const file = join(folder, 'settings.yaml');
  await writeFile(file, stringify(settings));
  const outputs = join(folder, 'outputs.json');
  const out = join(folder, 'cdk.out');
  const cdk = async (cwd: string, ...args: string[]): Promise<string> => {
    const env = { ...process.env, ...emulator.env, PATH: `${bin}:${process.env['PATH']}`, CI: 'true', HOME: folder };
    const ended = await run('cdk', args, { cwd, env, maxBuffer: 64_000_000 }).catch((error: unknown) => {
      const { stdout, stderr } = failedSchema.parse(error);
      throw new Error(`cdk ${args[0]} failed:\n${stdout}${stderr}`);
    });
    return `${ended.stdout}${ended.stderr}`;
  };
  const context = ['-c', `settings=${file}`, '-c', `without=${LACKING.join(',')}`];
  return {
    // From elsewhere, and what was deployed is what is destroyed: the app is not synthesized for either.
    bootstrap: async () => void (await cdk(folder, 'bootstrap', `aws://${ACCOUNT}/${emulator.env['AWS_REGION']}`)),
    deploy: async (sources = root) => {
      const how = ['--require-approval', 'never', '--outputs-file', outputs, '--output', out];
      const said = await cdk(sources, 'deploy', '--all', ...how, ...context);
      return { said, outputs: outputsSchema.parse(JSON.parse(await readFile(outputs, 'utf8'))) };
    },
    destroy: async () => void (await cdk(folder, 'destroy', '--all', '--force', '--app', out)),
  };
}
