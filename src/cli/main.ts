/** The `volley` command: verbs, and how they end. 0 ok, 1 failed, 2 wrong use. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';
import { systemErrorCode, systemErrorWords } from '../system-error.ts';
import { addApply } from './apply.ts';
import { addCheck, PlaybookMistakes, printProblems } from './check.ts';
import { ApiProblem } from './client.ts';
import { addCost } from './cost.ts';
import { addExplain } from './explain.ts';
import { addImport } from './import.ts';
import { addKeys } from './keys.ts';
import { addLater } from './later.ts';
import { watchOutput } from './output.ts';
import { FileMistakes } from './people.ts';
import { addPreview } from './preview.ts';
import { addPrivacy } from './privacy.ts';
import { addDoctor, addProcesses } from './processes.ts';
import { addReplay } from './replay.ts';
import { addReport } from './report.ts';
import { addSimulate } from './simulate.ts';
import { addSuppressions } from './suppressions.ts';
import { colour, note, printJson } from './terminal.ts';

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
  for (const add of [
    addProcesses,
    addCheck,
    addApply,
    addImport,
    addSuppressions,
    addSimulate,
    addExplain,
    addPreview,
    addReport,
    addReplay,
    addPrivacy,
    addKeys,
    addDoctor,
    addCost,
    addLater,
  ])
    add(program);
  return program;
}

/** Runs one command; sets the exit code, so that what is still being written gets out. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram();
  watchOutput();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    if (wantsJson(argv) && !isHelp) printJson(asJson(error));
    else if (error instanceof PlaybookMistakes) printProblems(error.errors);
    process.exitCode = report(error, program.opts()['debug'] === true);
  }
}

/** Whether the answer is for a program, whatever is wrong with the rest of the line. */
function wantsJson(argv: readonly string[]): boolean {
  const words = argv.slice(2);
  const end = words.indexOf('--');
  return (end === -1 ? words : words.slice(0, end)).includes('--json');
}

/** An error for programs: what `report` says in words. Help and the version are no errors. */
function asJson(error: unknown): object {
  const message = wordsOf(error);
  if (error instanceof CommanderError) return { ok: false, error: { code: 'wrong-use', message } };
  if (error instanceof PlaybookMistakes || error instanceof FileMistakes) return { ok: false, errors: error.errors };
  const { code, fix } = error instanceof VolleyError ? error : { code: 'failed', fix: undefined };
  const errors = error instanceof ApiProblem && error.errors.length > 0 ? { errors: error.errors } : {};
  return { ok: false, error: { code, message, ...(fix === undefined ? {} : { fix }) }, ...errors };
}

/** The system's errors name their file apart. */
function wordsOf(error: unknown): string {
  const at = error instanceof Error && 'path' in error ? `${String(error.path)}: ` : '';
  return `${systemErrorCode(error) === undefined ? '' : at}${systemErrorWords(error)}`;
}

/** Says what went wrong and what to do; answers the exit code. */
export function report(error: unknown, debug: boolean): number {
  // Commander has said it already; asking for help or the version is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = error instanceof VolleyError;
  const message = wordsOf(error);
  note(`${colour.red('volley:')} ${message}`);
  if (known && error.fix !== undefined) note(error.fix);
  if (!known && systemErrorCode(error) === undefined && !debug)
    note('This is a mistake in Volley; run it again with --debug for the details.');
  if (debug && error instanceof Error) note(error.stack ?? '');
  return known && WRONG_USE.has(error.code) ? 2 : 1;
}
