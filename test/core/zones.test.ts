import { getAllCountries, getAllTimezones } from 'countries-and-timezones';
import { expect, test } from 'vitest';
import { isCountry, zoneName, zoneOfCountry } from '../../src/core/zones.ts';

test.each([
  ['DE', 'Europe/Berlin'],
  ['GB', 'Europe/London'],
  ['US', 'America/New_York'],
  ['JP', 'Asia/Tokyo'],
  ['IN', 'Asia/Kolkata'],
  ['AU', 'Australia/Sydney'],
])('%s is %s', (country, zone) => {
  expect(zoneOfCountry(country)).toBe(zone);
});

test.each(['', 'XX', 'de', 'DEU', 'AQ'])('%j has no zone', (country) => {
  expect(zoneOfCountry(country)).toBeUndefined();
});

test('every zone given for a country is one the calendar knows', () => {
  for (const code of Object.keys(getAllCountries())) {
    const zone = zoneOfCountry(code);
    if (zone !== undefined) expect(() => new Intl.DateTimeFormat('en', { timeZone: zone }), code).not.toThrow();
  }
});

test('a country over several zones that is not listed gets none, so that nobody guesses', () => {
  const without = Object.keys(getAllCountries()).filter((code) => zoneOfCountry(code) === undefined);
  expect(without.sort()).toEqual(['AQ', 'CD', 'FM', 'HM', 'KI', 'MH', 'PF', 'PG', 'TF', 'UM']);
});

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['Europe / Berlin', 'Europe/Berlin'],
  ['america_slash_new_york', 'America/New_York'],
  ['America/New York', 'America/New_York'],
  ['UTC -05:00 America New York', 'America/New_York'],
  ['(UTC-03:00) America Argentina Buenos Aires', 'America/Argentina/Buenos_Aires'],
  ['Asia/Calcutta', 'Asia/Calcutta'],
  ['UTC', 'UTC'],
  ['+01:00', undefined],
  ['Mars/Olympus', undefined],
  ['', undefined],
])('zone %j is %s', (given, zone) => {
  expect(zoneName(given)).toBe(zone);
});

test('every zone name it may answer is one the calendar knows', () => {
  for (const name of Object.keys(getAllTimezones({ deprecated: true }))) {
    const zone = zoneName(name);
    if (zone !== undefined) expect(() => new Intl.DateTimeFormat('en', { timeZone: zone }), name).not.toThrow();
  }
});

test('countries are ISO 3166 alpha-2 in upper case', () => {
  expect(['DE', 'XX', 'de', 'D', ''].map(isCountry)).toEqual([true, false, false, false, false]);
});
