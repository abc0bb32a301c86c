import { describe, expect, test } from 'vitest';
import { digestSlot, lastWorkingDay, reportSlots } from '../../src/core/mail-slots.ts';
import type { Calendar } from '../../src/core/playbook.ts';
import { DAY, iso } from '../../src/core/time.ts';

const at = (text: string): number => Date.parse(text);
const calendar = (timeZone: string, more: Partial<Calendar> = {}): Calendar => ({
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sun'],
  from: '08:30',
  to: '17:00',
  holidays: ['2026-12-25'],
  timeZone,
  ...more,
});

describe('a digest goes at the start of work, on the rep’s clock', () => {
  // Both zones changed their clocks in the night to this Sunday; Kolkata has none to change.
  test.each([
    ['Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-25T07:30:00.000Z'],
    ['Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29T06:30:00.000Z'],
    ['America/New_York', '2026-11-01T15:00:00Z', '2026-11-01T13:30:00.000Z'],
    ['America/New_York', '2026-03-08T15:00:00Z', '2026-03-08T12:30:00.000Z'],
    ['Asia/Kolkata', '2026-10-25T05:00:00Z', '2026-10-25T03:00:00.000Z'],
  ])('%s on the day of %s: %s', (zone, now, expected) => {
    expect(iso(digestSlot(calendar(zone), at(now))?.at ?? 0)).toBe(expected);
  });

  test('in a gap of the clock it goes once, after it', () => {
    const slot = digestSlot(calendar('Europe/Berlin'), at('2026-03-29T00:30:00Z'), '02:30');
    expect(iso(slot?.at ?? 0)).toBe('2026-03-29T01:30:00.000Z');
  });

  test('not on a holiday, not on a day off; the day is the local one', () => {
    expect(digestSlot(calendar('Europe/Berlin'), at('2026-12-25T09:00:00Z'))).toBeUndefined();
    expect(digestSlot(calendar('Europe/Berlin'), at('2026-11-28T09:00:00Z'))).toBeUndefined();
    // Friday evening in New York is Saturday in Kolkata.
    expect(digestSlot(calendar('America/New_York'), at('2026-11-27T22:00:00Z'))?.day).toBe('2026-11-27');
    expect(digestSlot(calendar('Asia/Kolkata'), at('2026-11-27T22:00:00Z'))).toBeUndefined();
  });

  test('news are from the last working day on', () => {
    const week = calendar('Europe/Berlin', { days: ['mon', 'tue', 'wed', 'thu', 'fri'] });
    expect(iso(lastWorkingDay(week, at('2026-11-30T08:00:00Z')))).toBe('2026-11-26T23:00:00.000Z');
    expect(iso(lastWorkingDay(week, at('2026-12-28T08:00:00Z')))).toBe('2026-12-23T23:00:00.000Z');
  });
});

describe('the report goes by the week or the month, in the company’s zone', () => {
  const weekly = { every: 'week', on: 'mon', at: '08:00' } as const;
  const monthly = { every: 'month', on: 1, at: '08:00' } as const;
  const slots = (...args: Parameters<typeof reportSlots>) =>
    reportSlots(...args).map((slot) => [iso(slot.from).slice(0, 16), iso(slot.at).slice(0, 16)]);

  test('each covers the time since the one before; a change of the clocks moves none', () => {
    expect(slots(weekly, 'Europe/London', at('2026-10-20T00:00:00Z'), at('2026-11-02T08:00:00Z'))).toEqual([
      ['2026-10-19T07:00', '2026-10-26T08:00'],
      ['2026-10-26T08:00', '2026-11-02T08:00'],
    ]);
    expect(slots(monthly, 'Europe/London', at('2026-10-05T00:00:00Z'), at('2026-12-31T00:00:00Z'))).toEqual([
      ['2026-10-01T07:00', '2026-11-01T08:00'],
      ['2026-11-01T08:00', '2026-12-01T08:00'],
    ]);
  });

  test('none before its time, none twice, and at most twelve after a long sleep', () => {
    expect(slots(weekly, 'UTC', at('2026-11-23T08:00:00Z'), at('2026-11-30T07:59:59Z'))).toEqual([]);
    expect(slots(weekly, 'UTC', at('2026-11-30T08:00:00Z'), at('2026-11-30T08:00:00Z'))).toEqual([]);
    const now = at('2026-11-30T08:00:00Z');
    const late = reportSlots(weekly, 'UTC', now - 400 * DAY, now);
    expect(late).toHaveLength(12);
    expect(late.at(-1)?.at).toBe(now);
  });
});
