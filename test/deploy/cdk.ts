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

export type Outputs = z.infer<typeof outputsSchema>;

export interface Cdk {
  bootstrap(): Promise<void>;
  /** Deploys all stacks. Outputs by stack, and what was said. */
  deploy(): Promise<{ readonly outputs: Outputs; readonly said: string }>;
  destroy(): Promise<void>;
}

export async function cdkWith(emulator: Emulator, settings: object): Promise<Cdk> {
  // Beside the emulator's log, and gone with it.
  const folder = await mkdtemp(join(dirname(emulator.log), 'cdk-'));
  const file = join(folder, 'settings.yaml');
  await writeFile(file, stringify(settings));
  const outputs = join(folder, 'outputs.json');
  const cdk = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, ...emulator.env, PATH: `${bin}:${process.env['PATH']}`, CI: 'true', HOME: folder };
    const context = ['-c', `settings=${file}`, '-c', `without=${LACKING.join(',')}`];
    const common = [...context, '--output', join(folder, 'cdk.out')];
    const { stdout, stderr } = await run('cdk', [...args, ...common], { cwd: root, env, maxBuffer: 64_000_000 });
    return `${stdout}${stderr}`;
  };
  return {
    bootstrap: async () => void (await cdk('bootstrap')),
    deploy: async () => {
      const said = await cdk('deploy', '--all', '--require-approval', 'never', '--outputs-file', outputs);
      return { said, outputs: outputsSchema.parse(JSON.parse(await readFile(outputs, 'utf8'))) };
    },
    destroy: async () => void (await cdk('destroy', '--all', '--force')),
  };
}
