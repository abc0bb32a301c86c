import { describe, expect, it } from 'vitest';
import { holdClock } from '../../src/dev/held-clock.ts';

describe('a held clock', () => {
  it('stands still until it is released, then runs from there', () => {
    let real = 1_000;
    const clock = holdClock(500_000, 100, undefined, () => real);
    expect(clock.now()).toBe(500_000);
    real += 60_000;
    expect(clock.now()).toBe(500_000);
    expect(clock.realUntil(500_000 + 1_000)).toBe(10);
    expect(clock.anchor).toEqual({ real, virtual: 500_000, factor: 100 });
    const anchor = clock.release();
    expect(anchor).toEqual({ real: 61_000, virtual: 500_000, factor: 100 });
    real += 10;
    expect(clock.now()).toBe(501_000);
    expect(clock.realUntil(501_000)).toBe(0);
    expect(clock.release()).toEqual(anchor);
  });

  it('never passes its end, and nobody need wait for what lies beyond', () => {
    let real = 0;
    const clock = holdClock(0, 10, 1_000, () => real);
    clock.release();
    real = 1_000_000;
    expect(clock.now()).toBe(1_000);
    expect(clock.realUntil(1_000)).toBe(0);
    expect(clock.realUntil(1_001)).toBeGreaterThan(60_000);
  });
});
