/** From a country or a spelling of a zone to an IANA zone. */
import { getAllTimezones, getCountry, getTimezone } from 'countries-and-timezones';
import { kept } from './kept.ts';

/**
 * Countries over several zones whose clocks differ: the zone most of their people live in, so that a
 * guess is wrong for as few as possible. A country not listed here and with several zones gets none:
 * a send window would rather fall back to the company's zone than to a coin toss.
 */
const mainZones: Readonly<Record<string, string>> = {
  AR: 'America/Argentina/Buenos_Aires',
  AU: 'Australia/Sydney',
  BR: 'America/Sao_Paulo',
  CA: 'America/Toronto',
  CL: 'America/Santiago',
  CN: 'Asia/Shanghai',
  CY: 'Asia/Nicosia',
  DE: 'Europe/Berlin',
  EC: 'America/Guayaquil',
  ES: 'Europe/Madrid',
  GL: 'America/Nuuk',
  ID: 'Asia/Jakarta',
  KZ: 'Asia/Almaty',
  MN: 'Asia/Ulaanbaatar',
  MX: 'America/Mexico_City',
  MY: 'Asia/Kuching',
  NZ: 'Pacific/Auckland',
  PS: 'Asia/Hebron',
  PT: 'Europe/Lisbon',
  RU: 'Europe/Moscow',
  UA: 'Europe/Kyiv',
  US: 'America/New_York',
  UZ: 'Asia/Tashkent',
  VN: 'Asia/Ho_Chi_Minh',
};

/** `america/new_york` to `America/New_York`, deprecated names included: they are still valid IANA names. */
const zoneNames: ReadonlyMap<string, string> = new Map(
  Object.keys(getAllTimezones({ deprecated: true }))
    // tzdata's placeholder for a machine that was never told its zone.
    .filter((name) => name !== 'Factory')
    .map((name) => [name.toLowerCase(), name]),
);

/**
 * The zone a lead of this country (ISO 3166 alpha-2, upper case) most likely lives in; `undefined` for
 * an unknown country and for one spread over zones without a main one.
 */
export const zoneOfCountry = kept((country: string): string | undefined => {
  const main = Object.hasOwn(mainZones, country) ? mainZones[country] : undefined;
  if (main !== undefined) return main;
  const zones = findCountry(country)?.timezones ?? [];
  return zones.length === 1 ? zones[0] : undefined;
});

/** The country most people of this zone live in; `undefined` where nobody knows the zone. */
export const countryOfZone = kept((zone: string): string | undefined =>
  zone === '' ? undefined : getTimezone(zone)?.countries[0],
);

/** Whether this is an IANA zone in its own case, or `Area/*` for the zones of an area. */
export function isZone(name: string): boolean {
  const area = /^(.+\/)\*$/.exec(name)?.[1];
  if (area === undefined) return zoneNames.get(name.toLowerCase()) === name;
  return [...zoneNames.values()].some((zone) => zone.startsWith(area));
}

/** Whether this is an ISO 3166 alpha-2 code in upper case. */
export function isCountry(code: string): boolean {
  return findCountry(code) !== undefined;
}

/**
 * An IANA zone name in its official case, from `europe/berlin`, `Europe / Berlin`, HubSpot's
 * `america_slash_new_york` or its label `UTC -05:00 America New York`; `undefined` when there is no such zone.
 */
export function zoneName(text: string): string | undefined {
  const plain = text.trim().toLowerCase();
  const candidates = [
    plain.replace(/\s*\/\s*/g, '/').replace(/\s+/g, '_'),
    plain.replaceAll('_slash_', '/'),
    ...slashed(plain.replace(/^\(?(?:utc|gmt)\s*[+-]\d\d?(?::?\d\d)?\)?\s*/, '')),
  ];
  for (const candidate of candidates) {
    const known = zoneNames.get(candidate);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** Readings of `america new york` with a slash at the first, second or both gaps. */
function slashed(label: string): string[] {
  const words = label.split(/\s+/).filter((word) => word !== '');
  if (words.length < 2) return [];
  const [area = '', place = '', ...rest] = words;
  return [
    `${area}/${[place, ...rest].join('_')}`,
    ...(rest.length === 0 ? [] : [`${area}/${place}/${rest.join('_')}`]),
  ];
}

function findCountry(code: string) {
  return (/^[A-Z]{2}$/.test(code) && getCountry(code)) || undefined;
}
