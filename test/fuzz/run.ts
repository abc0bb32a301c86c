/**
 * `npm run test:fuzz`: the whole stack, and made-up requests from its OpenAPI document with each role's key, every check
 * on. `-- --cases 10000 [--seed N] [--role ROLE] [--keep FOLDER]`. Exits with 1 at any 5xx, answer that is not
 * documented, or answer that breaks its schema. docs/security.md has the figures.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { roleSchema } from '../../src/store/keys.ts';
import { fuzz } from './schemathesis.ts';
import { startTarget } from './target.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    role: { type: 'string' },
    /** Where reports, the output and the log of the stack stay. */
    keep: { type: 'string' },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const whole = (name: 'cases' | 'seed'): number => {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  say(`--${name} must be a whole number, not ${values[name]}`);
  process.exit(2);
};
const roles = values.role === undefined ? roleSchema.options : [roleSchema.parse(values.role)];
const [least, seed] = [whole('cases'), whole('seed')];
/** Of each operation and role; what a schema gives by itself comes on top. */
const examples = Math.max(5, Math.ceil(least / (roles.length * 100)));

const folder = values.keep === undefined ? await mkdtemp(join(tmpdir(), 'volley-fuzz-')) : resolve(values.keep);
await mkdir(folder, { recursive: true });
say(`seed ${seed}; ${examples} examples of each operation, with the keys of ${roles.join(', ')}`);
let wrong = 0;
let cases = 0;
for (const role of roles) {
  // A stack of its own for each: what one role has erased or turned off, the next finds whole.
  const target = await startTarget(join(folder, `${role}.log`));
  try {
    const found = await fuzz(target, {
      role,
      seed,
      examples,
      folder: join(folder, role),
    });
    const lost = await target.rolesLost();
    const failures = lost.includes(role) ? [...found.failures, 'the run lost its own key'] : found.failures;
    cases += found.cases;
    wrong += failures.length;
    process.stdout.write(`${role}: ${found.cases} cases of ${found.operations} operations, ${failures.length} wrong\n`);
    for (const one of failures) process.stdout.write(`  ${pc.red(one)}\n`);
  } finally {
    await target.close();
  }
}
process.stdout.write(`${cases} cases, ${wrong} wrong, seed ${seed}\n`);
if (cases < least) process.stdout.write(pc.red(`fewer than the ${least} asked for\n`));
if (values.keep === undefined && wrong === 0) await rm(folder, { recursive: true, force: true });
else say(`reports and logs: ${folder}`);
process.exit(wrong === 0 && cases >= least ? 0 : 1);
