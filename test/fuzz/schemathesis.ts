/** Runs schemathesis over a target with one role's key: a real HTTP client that knows nothing of Volley but its document. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Role } from '../../src/store/keys.ts';
import { installedWheel } from '../support/wheel.ts';
import { REFUSALS } from './refusals.ts';
import type { Target } from './target.ts';

const WHEEL = 'schemathesis==4.32.5';
const HOOKS = join(import.meta.dirname, 'hooks.py');
/** Refused for what is, not for what was sent: 409 and 422 say so, 410 of a lead that is gone, 429 of too much at once. */
const REFUSED = ['2xx', '3xx', '401', '403', '404', '409', '410', '422', '429'];

export interface Asked {
  readonly role: Role;
  readonly seed: number;
  /** Made up for each operation, beside the cases that its schema itself gives. */
  readonly examples: number;
  /** Where its reports go. */
  readonly folder: string;
}

export interface Fuzzed {
  readonly cases: number;
  readonly operations: number;
  readonly failures: readonly string[];
}

const reportSchema = z.looseObject({
  complete: z.boolean(),
  operations: z.looseObject({ tested: z.int() }),
  test_cases: z.looseObject({ generated: z.int() }),
  failures: z.array(z.looseObject({ title: z.string(), operations: z.array(z.string()) })),
  errors: z.array(z.looseObject({ title: z.string() })),
});

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
    // Keys are revoked: only those made for it.
    ...lists.map(([list]) =>
      bound(`include-path-regex = ${text(`^/v1/${list}/\\{id\\}`)}`, 'path.id', list, list === 'keys' ? 1 : 0.8),
    ),
    // Nor one that another answer named, the run's own.
    '[[operations]]\ninclude-operation-id = "keys.revoke"\nphases.coverage.extra-data-sources.responses = false\nphases.fuzzing.extra-data-sources.responses = false\nphases.stateful.enabled = false\n',
    ...Object.keys(REFUSALS).map(
      (id) =>
        `[[operations]]\ninclude-operation-id = ${text(id)}\nchecks.positive_data_acceptance.expected-statuses = ${text([...REFUSED, '400'])}\n`,
    ),
  ].join('\n');
}

/** @throws when schemathesis ends without a report */
export async function fuzz(target: Target, { role, seed, examples, folder }: Asked): Promise<Fuzzed> {
  const tool = join(await installedWheel(WHEEL), 'bin', 'schemathesis');
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'schemathesis.toml');
  await writeFile(config, configOf(target));
  const args = [
    ['--config-file', config, 'run', `${target.url}/openapi.json`],
    ['--header', `Authorization: Bearer ${target.keys[role]}`, '--checks', 'all', '--continue-on-failure'],
    ['--max-examples', String(examples), '--seed', String(seed), '--request-timeout', '30'],
    ['--report', 'json', '--report-dir', folder, '--no-color', '--warnings', 'off'],
  ].flat();
  const env = { ...process.env, SCHEMATHESIS_HOOKS: HOOKS, VOLLEY_FUZZ_CURSORS: text(target.cursors) };
  // How to repeat each failure by hand is in what it prints.
  const output = await new Promise<string>((resolve) => {
    execFile(tool, args, { cwd: folder, env, maxBuffer: 2 ** 27 }, (_, out, err) => resolve(`${out}${err}`));
  });
  await writeFile(join(folder, 'output.txt'), output);
  const name = (await readdir(folder)).find((file) => file.startsWith('json-') && file.endsWith('.json'));
  if (name === undefined) throw new Error(`schemathesis left no report in ${folder}`);
  const report = reportSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  return {
    cases: report.test_cases.generated,
    operations: report.operations.tested,
    failures: [
      ...report.failures.map((one) => `${one.title}: ${one.operations.join(', ')}`),
      ...report.errors.map((one) => one.title),
      ...(report.complete ? [] : ['the run ended before its end']),
    ],
  };
}
