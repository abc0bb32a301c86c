/** What schemathesis found with one role's key, read from its JSON report, and what it comes to over all roles. */
import { z } from 'zod';
import type { Role } from '../../src/store/keys.ts';

export interface Findings {
  readonly role: Role;
  /** Requests made. */
  readonly cases: number;
  readonly operations: number;
  /** Operations that took at least one request that keeps to their schema. */
  readonly served: number;
  /** Of the fuzzing alone, without the start of the stack. */
  readonly seconds: number;
  /** In words, one line each. */
  readonly failures: readonly string[];
}

const rateSchema = z.looseObject({ accepted: z.int() });
const reportSchema = z.looseObject({
  complete: z.boolean(),
  running_time: z.number().nullable(),
  /** Null when the document could not be read. */
  operations: z.looseObject({ tested: z.int() }).nullable(),
  test_cases: z.looseObject({ generated: z.int() }),
  failures: z.array(z.looseObject({ title: z.string(), count: z.int(), operations: z.array(z.string()) })),
  errors: z.array(z.looseObject({ title: z.string(), count: z.int() })),
  valid_rates: z.record(z.string(), z.record(z.string(), rateSchema)),
});

/** @throws ZodError when it is no report of the version that is pinned */
export function findingsOf(role: Role, raw: unknown): Findings {
  const report = reportSchema.parse(raw);
  const taken = Object.values(report.valid_rates).filter((phases) =>
    Object.values(phases).some(({ accepted }) => accepted > 0),
  );
  return {
    role,
    cases: report.test_cases.generated,
    operations: report.operations?.tested ?? 0,
    served: taken.length,
    seconds: Math.round(report.running_time ?? 0),
    failures: [
      ...report.failures.map(({ title, count, operations }) => `${title} (${count}): ${operations.join(', ')}`),
      ...report.errors.map(({ title, count }) => `${title} (${count})`),
      ...(report.complete ? [] : ['the run ended before its end']),
      ...(report.operations === null || report.operations.tested === 0 ? ['no operation was tried'] : []),
    ],
  };
}

export interface Outcome {
  readonly seed: number;
  readonly cases: number;
  readonly atLeast: number;
  readonly wrong: number;
  /** Nothing is wrong, and there were as many cases as were asked for. */
  readonly ok: boolean;
  readonly roles: readonly Findings[];
}

export function outcomeOf(seed: number, atLeast: number, roles: readonly Findings[]): Outcome {
  const cases = roles.reduce((sum, one) => sum + one.cases, 0);
  const wrong = roles.reduce((sum, one) => sum + one.failures.length, 0);
  return { seed, cases, atLeast, wrong, ok: wrong === 0 && cases >= atLeast, roles };
}
