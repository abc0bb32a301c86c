import { describe, expect, it } from 'vitest';
import { compiled, minimal, SCOPE } from './support.ts';

const ROUNDS = 50_000;

/** Microseconds an evaluation takes, the best of five runs so that a busy machine does not count. */
function cost(source: string): number {
  const playbook = compiled(minimal(`definitions: { it: ${JSON.stringify(source)} }\n`));
  const { test } = playbook.definitions['it'] ?? { test: () => false };
  const run = () => {
    const start = performance.now();
    for (let round = 0; round < ROUNDS; round++) test(SCOPE);
    return ((performance.now() - start) * 1_000) / ROUNDS;
  };
  return Math.min(...Array.from({ length: 5 }, run));
}

// A simulation of 10,000 leads over 365 days evaluates some hundred million conditions.
describe('evaluating a condition', () => {
  it.each([
    "stage == 'exploring'",
    'score.fit >= 30.0 && score.engagement >= 50.0',
    "count('email.clicked', 'P14D') >= 2",
    "lead.country in ['GB', 'DE', 'FR', 'IT']",
  ])('takes less than 5 µs: %s', (source) => {
    expect(cost(source)).toBeLessThan(5);
  });
});
