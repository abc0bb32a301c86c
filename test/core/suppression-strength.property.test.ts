/** Of several suppressions that one row stands for, the strongest word and the longest time stay, in any order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOwnWord, joined, type SuppressionWord, strengthOf } from '../../src/core/suppression-strength.ts';

const word = fc.record(
  {
    reason: fc.constantFrom(
      'left-company',
      'unsubscribed',
      'bounced',
      'asked by phone',
      'complained',
      'objected',
      'constructor',
    ),
    by: fc.constantFrom('lead', 'ses', 'key:crm'),
    until: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: ['reason', 'by'] },
);
const words = fc.array(word, { minLength: 1, maxLength: 6 });
const all = (some: readonly SuppressionWord[]): SuppressionWord => some.reduce((row, next) => joined(row, next));
const reach = ({ until }: SuppressionWord): number => until ?? Number.POSITIVE_INFINITY;

describe('words about one suppression', () => {
  it('come to the strongest reason and the longest time, in any order and however often', () => {
    fc.assert(
      fc.property(
        words.chain((some) =>
          fc.tuple(fc.constant(some), fc.shuffledSubarray([...some, ...some], { minLength: some.length * 2 })),
        ),
        ([some, shuffled]) => {
          const row = all(shuffled);
          expect(strengthOf(row)).toBe(Math.max(...some.map(strengthOf)));
          expect(reach(row)).toBe(Math.max(...some.map(reach)));
        },
      ),
    );
  });

  it('are what the person may take back only where nobody else has said that nothing may go', () => {
    fc.assert(
      fc.property(words, (some) => {
        const others = some.filter((one) => !isOwnWord(one) && one.reason !== 'left-company');
        if (others.length > 0) expect(isOwnWord(all(some))).toBe(false);
        else expect(isOwnWord(all(some))).toBe(some.some(isOwnWord));
      }),
    );
  });

  it.each([
    ['a complaint', 'complained', 'a bounce', 'bounced'],
    ['a complaint', 'complained', 'an operator’s word', 'asked by phone'],
    ['an objection', 'objected', 'a complaint', 'complained'],
    ['an operator’s word', 'asked by phone', 'a bounce', 'bounced'],
    ['a bounce', 'bounced', 'a job left', 'left-company'],
  ])('%s (%s) is stronger than %s', (_, strong, __, weak) => {
    expect(strengthOf({ reason: strong, by: 'ses' })).toBeGreaterThan(strengthOf({ reason: weak, by: 'ses' }));
  });
});
