/**
 * `npm run test:fuzz`: the whole stack, and made-up requests from its OpenAPI document with each role's key, every check
 * on. `-- [--cases 10000] [--roles admin,rep] [--seed N] [--short] [--json] [--keep FOLDER]`. Exits with 1 at any 5xx,
 * answer that is not documented, or answer that breaks its schema, and with 2 when it cannot run at all. docs/security.md
 * has the figures.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { colour, note, print, printJson, table } from '../../src/cli/terminal.ts';
import type { Role } from '../../src/store/keys.ts';
import { type Findings, type Outcome, outcomeOf } from './findings.ts';
import { type Options, optionsOf } from './options.ts';
import { fuzz, fuzzer } from './schemathesis.ts';
import { startTarget, type Target } from './target.ts';

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2), Date.now());
  const { roles, seed, examples, short, keep, atLeast, json } = options;
  // First of all: without it nothing else is worth starting.
  const tool = await fuzzer();
  const folder = keep === undefined ? await mkdtemp(join(tmpdir(), 'volley-fuzz-')) : resolve(keep);
  await mkdir(folder, { recursive: true });
  note(`seed ${seed}; ${examples} made up for each operation with the keys of ${roles.join(', ')}`);

  const found: Findings[] = [];
  // A stack of its own for each role: what one has erased or turned off, the next finds whole.
  for (const group of short ? [roles] : roles.map((role) => [role])) {
    const target = await startTarget(join(folder, `${group.join('-')}.log`));
    try {
      for (const role of group) found.push(await tried(tool, target, role, options, folder));
    } finally {
      await target.close();
    }
  }
  const outcome = outcomeOf(seed, atLeast, found);
  if (json) printJson(outcome);
  else tell(outcome);
  if (keep === undefined && outcome.ok) await rm(folder, { recursive: true, force: true });
  else note(`reports, how to repeat each failure, and logs: ${folder}`);
  return outcome.ok ? 0 : 1;
}

async function tried(tool: string, target: Target, role: Role, options: Options, folder: string): Promise<Findings> {
  const findings = await fuzz(tool, target, { ...options, role, folder: join(folder, role) });
  note(`${role}: ${findings.cases} cases in ${findings.seconds} s, ${findings.failures.length} wrong`);
  const lost = (await target.rolesLost()).includes(role);
  return lost ? { ...findings, failures: [...findings.failures, 'the run lost its own key'] } : findings;
}

function tell({ seed, cases, atLeast, wrong, roles }: Outcome): void {
  const rows = roles.map((one) => [
    one.role,
    one.cases,
    one.operations,
    one.served,
    one.failures.length,
    `${one.seconds} s`,
  ]);
  print(table(['role', 'cases', 'operations', 'served', 'wrong', 'time'], rows));
  for (const { role, failures } of roles) for (const line of failures) print(colour.red(`${role}: ${line}`));
  print(`${cases} cases, ${wrong} wrong, seed ${seed}`);
  if (cases < atLeast) print(colour.red(`fewer than the ${atLeast} asked for`));
}

process.exit(
  await main().catch((error: unknown) => {
    note(colour.red(error instanceof Error ? error.message : String(error)));
    return 2;
  }),
);
