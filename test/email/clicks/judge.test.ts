/** Whether a person clicked: each rule, what it must not take for a machine, and that the order does not matter. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../src/core/time.ts';
import { type Click, judgeClicks } from '../../../src/email/clicks/judge.ts';

const SENT = Date.parse('2026-11-24T10:00:00Z');
const click = (id: string, after: number, more: Partial<Click> = {}): Click => ({
  id,
  link: id,
  at: SENT + after,
  hint: null,
  ...more,
});
const judged = (clicks: readonly Click[], arrived: number | null = SENT): Record<string, string> =>
  Object.fromEntries(judgeClicks(clicks, arrived));

describe('a person', () => {
  test('clicks three seconds after the mail arrived', () => {
    expect(judged([click('a', 3 * SECOND)])).toEqual({ a: 'human' });
  });

  test('opens two links within a minute, and two tabs within two seconds', () => {
    expect(judged([click('a', MINUTE), click('b', MINUTE + 2 * SECOND), click('c', 2 * MINUTE)])).toEqual({
      a: 'human',
      b: 'human',
      c: 'human',
    });
  });

  test('who clicks the same link twice has clicked once, and again the next day', () => {
    const twice = [
      click('a', MINUTE, { link: 'x' }),
      click('b', 2 * MINUTE, { link: 'x' }),
      click('c', MINUTE + 24 * HOUR, { link: 'x' }),
    ];
    expect(judged(twice)).toEqual({ a: 'human', b: 'again', c: 'human' });
  });

  test('clicks what a filter has followed before', () => {
    expect(
      judged([click('a', SECOND, { link: 'x' }), click('b', SECOND, { link: 'y' }), click('c', HOUR, { link: 'x' })]),
    ).toMatchObject({ a: 'too-early', b: 'too-early', c: 'human' });
  });
});

describe('a program', () => {
  test('follows the link before anybody can have read the mail', () => {
    expect(judged([click('a', 2 * SECOND - 1)])).toEqual({ a: 'too-early' });
    expect(judged([click('a', 10 * MINUTE)], SENT + 10 * MINUTE)).toEqual({ a: 'too-early' });
    expect(judged([click('a', HOUR)], null)).toEqual({ a: 'too-early' });
  });

  test('follows two links within a second, or three within five', () => {
    expect(judged([click('a', MINUTE), click('b', MINUTE + SECOND)])).toEqual({
      a: 'several-at-once',
      b: 'several-at-once',
    });
    const three = [click('a', MINUTE), click('b', MINUTE + 2 * SECOND), click('c', MINUTE + 4 * SECOND)];
    expect(new Set(Object.values(judged(three)))).toEqual(new Set(['several-at-once']));
  });

  test('follows the link nobody sees, and others around it', () => {
    expect(
      judged([click('t', HOUR, { hint: 'trap' }), click('a', HOUR + 4 * SECOND), click('b', HOUR + MINUTE)]),
    ).toEqual({ t: 'trap', a: 'with-trap', b: 'human' });
  });

  test.each(['head', 'prefetch', 'user-agent'] as const)('that says so (%s) is believed', (hint) => {
    expect(judged([click('a', HOUR, { hint })])).toEqual({ a: hint });
  });
});

test('the order in which clicks become known changes nothing', () => {
  const any = fc.array(
    fc.record({
      id: fc.uuid(),
      link: fc.constantFrom('a', 'b', 'c'),
      at: fc.integer({ min: SENT, max: SENT + 20 * SECOND }),
      hint: fc.option(fc.constantFrom('trap', 'head', 'user-agent'), { nil: null }),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(
      any.chain((clicks) => fc.tuple(fc.constant(clicks), fc.shuffledSubarray(clicks, { minLength: clicks.length }))),
      ([clicks, shuffled]) => {
        expect(judged(shuffled)).toEqual(judged(clicks));
      },
    ),
  );
});
