import fc from 'fast-check';
import type { SendWindow, Weekday } from '../../../src/core/playbook.ts';

/** Zones with and without daylight saving, half and quarter hours, both hemispheres, the date line. */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'America/New_York',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Santiago',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Jerusalem',
  'Australia/Lord_Howe',
  'Australia/Adelaide',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
] as const;

export const aZone = fc.constantFrom(...ZONES);

/** Instants of 2025 to 2028, with the days on which clocks change many times likelier than by chance. */
const START = Date.UTC(2025, 0, 1);
const changes = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-09-06',
  '2026-09-27',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
];
export const anInstant = fc.oneof(
  fc.integer({ min: START, max: Date.UTC(2028, 11, 31) }),
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -24 * 60, max: 48 * 60 }))
    .map(([day, minute]) => Date.parse(`${day}T00:00:00Z`) + minute * 60_000),
);

const WEEK: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

export const aWindow: fc.Arbitrary<SendWindow> = fc
  .tuple(
    fc.subarray([...WEEK], { minLength: 1 }),
    fc.integer({ min: 0, max: 22 * 60 }),
    fc.integer({ min: 30, max: 600 }),
  )
  .map(([days, from, length]) => ({
    days,
    from: clock(from),
    to: clock(Math.min(from + length, 24 * 60 - 1)),
    zones: ['lead', 'country', 'company'] as const,
  }));
