/** Runs schemathesis over a target with one role's key: a real HTTP client that knows nothing of Volley but its document. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '../../src/store/keys.ts';
import { installedWheels } from '../support/wheels.ts';
import { type Findings, findingsOf } from './findings.ts';
import { REFUSALS } from './refusals.ts';
import type { Target } from './target.ts';

/** With all that it stands on, so that a seed makes the same requests next month. */
const PINNED = join(import.meta.dirname, 'requirements.txt');
const HOOKS = join(import.meta.dirname, 'hooks.py');
/** Refused for what is, not for what was sent: 409 and 422 say so, 410 of a lead that is gone, 429 of too much at once. */
const REFUSED = ['2xx', '3xx', '401', '403', '404', '409', '410', '422', '429'];

export interface Asked {
  readonly role: Role;
  readonly seed: number;
  /** Made up for each operation, beside the cases that its schema itself gives. */
  readonly examples: number;
  /** Made-up requests only: neither every edge of every schema, nor calls that follow from one another. */
  readonly short: boolean;
  /** Where its reports go. */
  readonly folder: string;
}

/**
 * The program: `VOLLEY_SCHEMATHESIS`, or the version that is pinned, from Volley's cache.
 * @throws Error in words, when it can be had neither way
 */
export async function fuzzer(): Promise<string> {
  const given = process.env['VOLLEY_SCHEMATHESIS'];
  if (given !== undefined && given !== '') return given;
  const folder = await installedWheels('schemathesis', PINNED).catch((cause: unknown) => {
    const said = cause instanceof Error ? cause.message : String(cause);
    const fix =
      'It needs Python 3.10 or newer with venv, and pip a registry of Python packages. A machine without one names the program in VOLLEY_SCHEMATHESIS.';
    throw new Error(`schemathesis cannot be had: ${said}\n${fix}`, { cause });
  });
  return join(folder, 'bin', 'schemathesis');
}

const text = (value: unknown): string => JSON.stringify(value);

/** Text in TOML and JSON is written alike. */
function configOf(target: Target): string {
  const lists = Object.entries(target.ids).filter(([, ids]) => ids.length > 0);
  const bound = (match: string, parameter: string, dictionary: string, probability: number): string =>
    `[[operations]]\n${match}\nparameters.${text(parameter)} = { dictionary = ${text(dictionary)}, probability = ${probability} }\n`;
  return [
    '[generation]\ndatabase = "none"\n',
    `[checks.positive_data_acceptance]\nexpected-statuses = ${text(REFUSED)}\n`,
    ...lists.map(([list, ids]) => `[dictionaries.${list}]\nvalues = ${text(ids)}\n`),
    // Keys are revoked and replaced: only those made for it.
    ...lists.map(([list]) =>
      bound(`include-path-regex = ${text(`^/v1/${list}/\\{id\\}`)}`, 'path.id', list, list === 'keys' ? 1 : 0.8),
    ),
    // Nor one that another answer named, the run's own.
    ...['keys.revoke', 'keys.rotate'].map(
      (id) =>
        `[[operations]]\ninclude-operation-id = ${text(id)}\nphases.coverage.extra-data-sources.responses = false\nphases.fuzzing.extra-data-sources.responses = false\nphases.stateful.enabled = false\n`,
    ),
    ...Object.keys(REFUSALS).map(
      (id) =>
        `[[operations]]\ninclude-operation-id = ${text(id)}\nchecks.positive_data_acceptance.expected-statuses = ${text([...REFUSED, '400'])}\n`,
    ),
  ].join('\n');
}

/** @throws Error when schemathesis ends without a report */
export async function fuzz(tool: string, target: Target, asked: Asked): Promise<Findings> {
  const { role, seed, examples, short, folder } = asked;
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'schemathesis.toml');
  await writeFile(config, configOf(target));
  const args = [
    ['--config-file', config, 'run', `${target.url}/openapi.json`],
    ['--header', `Authorization: Bearer ${target.keys[role]}`, '--checks', 'all', '--continue-on-failure'],
    ['--max-examples', String(examples), '--seed', String(seed), '--request-timeout', '30'],
    ['--report', 'json', '--report-dir', folder, '--no-color', '--warnings', 'off'],
    short ? ['--phases', 'fuzzing'] : [],
  ].flat();
  const env = { ...process.env, SCHEMATHESIS_HOOKS: HOOKS, VOLLEY_FUZZ_CURSORS: text(target.cursors) };
  // How to repeat each failure by hand is in what it prints.
  const output = await new Promise<string>((resolve) => {
    execFile(tool, args, { cwd: folder, env, maxBuffer: 2 ** 27 }, (error, out, err) => {
      resolve(`${out}${err}${typeof error?.code === 'string' ? `${tool}: ${error.code}\n` : ''}`);
    });
  });
  await writeFile(join(folder, 'output.txt'), output);
  const name = (await readdir(folder)).find((file) => file.startsWith('json-') && file.endsWith('.json'));
  if (name === undefined)
    throw new Error(`schemathesis left no report in ${folder}; it said:\n${output.slice(-2_000)}`);
  return findingsOf(role, JSON.parse(await readFile(join(folder, name), 'utf8')));
}
