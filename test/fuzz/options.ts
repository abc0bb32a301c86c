/** What `npm run test:fuzz` is asked for. */
import { parseArgs } from 'node:util';
import { type Role, roleSchema } from '../../src/store/keys.ts';

export interface Options {
  readonly roles: readonly Role[];
  /** Cases over all roles; fewer fail the run. */
  readonly atLeast: number;
  readonly seed: number;
  /** Made up for each operation and role, beside the cases that its schema itself gives. */
  readonly examples: number;
  /** One stack for all roles, and made-up requests only. */
  readonly short: boolean;
  /** Where reports, the output and the log of the stack stay. */
  readonly keep: string | undefined;
  readonly json: boolean;
}

/** With four requests of each schema's own edges to one made up, this many a role and operation is enough. */
const PER_EXAMPLE = 200;
const SHORT_CASES = 300;

/**
 * The weakest role first: where roles share a stack, each finds what those before it could not undo.
 */
const WEAKEST_FIRST: readonly Role[] = ['rep', 'integration', 'manager', 'marketer', 'admin'];

/** @throws Error in words, for whoever typed it */
export function optionsOf(args: readonly string[], now: number): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string' },
      seed: { type: 'string' },
      roles: { type: 'string', default: WEAKEST_FIRST.join(',') },
      short: { type: 'boolean', default: false },
      keep: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { short, json, keep } = values;
  const named = values.roles.split(',').map((name) => {
    const role = roleSchema.safeParse(name.trim());
    if (!role.success) throw new Error(`--roles takes some of ${roleSchema.options.join(', ')}, not '${name}'`);
    return role.data;
  });
  const roles = WEAKEST_FIRST.filter((role) => named.includes(role));
  const atLeast = whole('cases', values.cases, short ? SHORT_CASES : 10_000);
  const seed = whole('seed', values.seed, now % 2 ** 31);
  const examples = short ? 1 : Math.max(5, Math.ceil(atLeast / (roles.length * PER_EXAMPLE)));
  return { roles, atLeast, seed, examples, short, keep, json };
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, not '${text}'`);
}
