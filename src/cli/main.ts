/** The `volley` command: verbs, and how they end. 0 ok, 1 failed, 2 wrong use. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';
import { addApply } from './apply.ts';
import { addCheck } from './check.ts';
import { addImport } from './import.ts';
import { addKeys } from './keys.ts';
import { addLater } from './later.ts';
import { addDoctor, addProcesses } from './processes.ts';
import { addReport } from './report.ts';
import { addSimulate } from './simulate.ts';
import { colour, note } from './terminal.ts';

/** Mistakes of whoever called: the wrong use of a command or of the environment. */
const WRONG_USE = new Set(['bad-configuration', 'wrong-use', 'not-in-this-version', 'no-playbook-folder']);

const version = (): string =>
  z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))).version;

export function createProgram(): Command {
  const program = new Command('volley')
    .description('Keeps every lead in play between marketing and sales.')
    .version(version(), '-V, --version', 'print the version')
    .option('--debug', 'show stack traces of errors')
    .helpCommand('help [verb]', 'show help for a verb')
    .showHelpAfterError('(volley --help shows the verbs, volley VERB --help what a verb takes)')
    .configureOutput({ outputError: (text, write) => write(colour.red(text)) })
    .exitOverride();
  for (const add of [addProcesses, addCheck, addApply, addImport, addSimulate, addReport, addKeys, addDoctor, addLater])
    add(program);
  return program;
}

/** Runs one command; sets the exit code, so that what is still being written gets out. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error, program.opts()['debug'] === true);
  }
}

/** Says what went wrong and what to do; answers the exit code. */
export function report(error: unknown, debug: boolean): number {
  // Commander has said it already; asking for help or the version is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = error instanceof VolleyError;
  const message = error instanceof Error ? error.message : String(error);
  note(`${colour.red('volley:')} ${message}`);
  if (known && error.fix !== undefined) note(error.fix);
  if (!known && !debug) note('This is a mistake in Volley; run it again with --debug for the details.');
  if (debug && error instanceof Error) note(error.stack ?? '');
  return known && WRONG_USE.has(error.code) ? 2 : 1;
}
