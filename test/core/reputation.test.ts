import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LEAST_HARD, STOP_AT, stopFor } from '../../src/core/reputation.ts';

test('hard bounces stop at 3%, complaints at 0.08%, and nothing stops by a handful of messages', () => {
  expect(stopFor({ sent: 60, hard: 9, complained: 1 })).toBeUndefined();
  expect(stopFor({ sent: 60, hard: 10, complained: 0 })).toBe('10 of the last 60 messages bounced for good (17%)');
  expect(stopFor({ sent: 1_000, hard: 29, complained: 0 })).toBeUndefined();
  expect(stopFor({ sent: 1_000, hard: 30, complained: 0 })).toBe('30 of the last 1000 messages bounced for good (3%)');
  expect(stopFor({ sent: 10_000, hard: 0, complained: 7 })).toBeUndefined();
  expect(stopFor({ sent: 10_000, hard: 0, complained: 8 })).toBe(
    '8 of the last 10000 messages were complained about (0.08%)',
  );
});

test('one complaint stops only where it is a rate', () => {
  expect(stopFor({ sent: 1_000, hard: 0, complained: 1 })).toBeUndefined();
  expect(stopFor({ sent: 1_250, hard: 0, complained: 1 })).toContain('(0.08%)');
  expect(stopFor({ sent: 1_000, hard: 0, complained: 2 })).toContain('(0.2%)');
});

test('whatever was sent, it goes on below both rates and stops at the bounces’', () => {
  const sample = fc.record({ sent: fc.integer({ min: 1, max: 50_000 }), hard: fc.nat(2_000), complained: fc.nat(50) });
  fc.assert(
    fc.property(sample, (drawn) => {
      const { sent, hard, complained } = drawn;
      if (hard < sent * STOP_AT.hard && complained < sent * STOP_AT.complained) expect(stopFor(drawn)).toBeUndefined();
      if (hard >= LEAST_HARD && hard >= sent * STOP_AT.hard) expect(stopFor(drawn)).toBeDefined();
    }),
  );
});
