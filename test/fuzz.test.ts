/** What `npm run test:fuzz` takes, and how it comes to its verdict. The fuzzing itself is a step of `.ci/run`. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Findings, findingsOf, outcomeOf } from './fuzz/findings.ts';
import { optionsOf } from './fuzz/options.ts';
import { fuzzer } from './fuzz/schemathesis.ts';

const REPORT = {
  complete: true,
  running_time: 12.4,
  operations: { total: 3, tested: 3 },
  test_cases: { generated: 700, with_failures: 0 },
  failures: [],
  errors: [],
  valid_rates: {
    'GET /v1/leads': { coverage: { accepted: 4, rejected: 0 }, fuzzing: { accepted: 1 } },
    'POST /v1/leads': { fuzzing: { accepted: 0, conflicts: 2 } },
  },
};

describe('what one role found', () => {
  test('is nothing when every answer was as documented', () => {
    expect(findingsOf('rep', REPORT)).toEqual({
      role: 'rep',
      cases: 700,
      operations: 3,
      served: 1,
      seconds: 12,
      failures: [],
    });
  });

  test('is every failure and error, by operation', () => {
    const failures = [{ title: 'Server error', count: 3, operations: ['GET /v1/leads', 'POST /v1/leads'] }];
    const found = findingsOf('rep', { ...REPORT, failures, errors: [{ title: 'Network Error', count: 1 }] });
    expect(found.failures).toEqual(['Server error (3): GET /v1/leads, POST /v1/leads', 'Network Error (1)']);
  });

  test('is wrong when the run was cut off, or tried nothing', () => {
    expect(findingsOf('rep', { ...REPORT, complete: false }).failures).toEqual(['the run ended before its end']);
    expect(findingsOf('rep', { ...REPORT, operations: null }).failures).toEqual(['no operation was tried']);
  });

  test('is no verdict when the report is of another shape', () => {
    expect(() => findingsOf('rep', { ...REPORT, failures: undefined })).toThrow('failures');
  });
});

test('a run is ok when nothing is wrong and there were as many cases as were asked for', () => {
  const clean: Findings = { role: 'rep', cases: 700, operations: 3, served: 1, seconds: 12, failures: [] };
  expect(outcomeOf(7, 1_400, [clean, clean])).toMatchObject({ seed: 7, cases: 1_400, wrong: 0, ok: true });
  expect(outcomeOf(7, 1_401, [clean, clean]).ok).toBe(false);
  expect(outcomeOf(7, 1, [clean, { ...clean, failures: ['Server error'] }])).toMatchObject({ wrong: 1, ok: false });
});

describe('options', () => {
  test('all five roles by default, 10,000 cases, and a seed of the time', () => {
    expect(optionsOf([], 2 ** 31 + 5)).toMatchObject({
      roles: ['rep', 'integration', 'manager', 'marketer', 'admin'],
      atLeast: 10_000,
      seed: 5,
      short: false,
    });
  });

  test('some roles, the weakest first whatever the order', () => {
    expect(optionsOf(['--roles', 'admin, rep', '--seed', '9'], 0)).toMatchObject({ roles: ['rep', 'admin'], seed: 9 });
  });

  test.each([
    [['--roles', 'boss'], /--roles takes some of admin, .*, not 'boss'/],
    [['--cases', 'many'], /--cases must be a whole number, not 'many'/],
    [['--quick'], /--quick/],
  ])('%j is refused in words', (args, words) => {
    expect(() => optionsOf(args, 0)).toThrow(words);
  });
});

describe('a machine without schemathesis', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'volley-no-python-'));
    vi.stubEnv('PATH', folder);
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
    vi.stubEnv('VOLLEY_SCHEMATHESIS', '');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  test('is told what is missing: no Python', async () => {
    await expect(fuzzer()).rejects.toThrow(/cannot be had: python3 .*ENOENT.*venv.*VOLLEY_SCHEMATHESIS/s);
  });

  test('is told what Python said, on whichever of its outputs', async () => {
    const python = join(folder, 'python3');
    await writeFile(python, '#!/bin/sh\necho "ensurepip is not available"\nexit 1\n');
    await chmod(python, 0o755);
    await expect(fuzzer()).rejects.toThrow('ensurepip is not available');
  });

  test('may name its own', async () => {
    vi.stubEnv('VOLLEY_SCHEMATHESIS', '/opt/schemathesis');
    expect(await fuzzer()).toBe('/opt/schemathesis');
  });
});
