import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fraction, hashId } from '../../src/core/hash.ts';

it('spreads evenly: of 20,000 names a tenth falls in every tenth, within 10%', () => {
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 20_000; i++) {
    const bin = Math.floor(fraction('window', `lead-${i}`) * 10);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  for (const n of bins) expect(Math.abs(n - 2_000)).toBeLessThan(200);
});

it('gives the same thing the same UUID, and different things different ones', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 4 }), (parts) => {
      expect(hashId(...parts)).toBe(hashId(...parts));
      expect(hashId(...parts)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }),
  );
  expect(hashId('a', 'bc')).not.toBe(hashId('ab', 'c'));
});

it('is the first 48 bits of SHA-256 of the parts with unit separators, long ones and every script among them', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ minLength: 340, maxLength: 400 }));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (parts) => {
      const expected = createHash('sha256').update(parts.join('\u001f')).digest().readUIntBE(0, 6) / 2 ** 48;
      expect(fraction(...parts)).toBe(expected);
    }),
  );
});
