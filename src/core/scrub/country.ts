/** Countries as people write them, to ISO 3166 alpha-2. */
import { getAllCountries } from 'countries-and-timezones';
import { isCountry } from '../zones.ts';

/** Spellings beside the English names: native names, short forms, ISO alpha-3 codes. Compared by `flat`. */
const spellings: Readonly<Record<string, string>> = {
  AE: 'uae emirates|united arab emirates|uae|are|vae',
  AR: 'arg',
  AT: 'österreich|oesterreich|osterreich|autriche|aut',
  AU: 'aus|australien|australie',
  BE: 'belgien|belgique|belgië|belgie|bel',
  BR: 'brasil|brasilien|brésil|bra',
  CA: 'can|kanada',
  CH: 'schweiz|suisse|svizzera|swiss|confoederatio helvetica|che',
  CI: "ivory coast|côte d'ivoire|cote d'ivoire",
  CL: 'chl',
  CN: "prc|people's republic of china|中国|chn",
  CO: 'col',
  CZ: 'czech republic|czechia|česko|česká republika|ceska republika|tschechien|cze',
  DE: 'deutschland|germany|allemagne|alemania|germania|brd|federal republic of germany|bundesrepublik deutschland|deu|ger',
  DK: 'danmark|dänemark|dnk',
  EE: 'eesti|est',
  ES: 'españa|espana|spanien|espagne|esp',
  FI: 'suomi|finnland|fin',
  FR: 'frankreich|francia|fra|république française',
  GB: 'uk|great britain|britain|england|scotland|wales|northern ireland|united kingdom|grossbritannien|großbritannien|vereinigtes königreich|royaume-uni|reino unido|gbr|united kingdom of great britain and northern ireland',
  GR: 'hellas|ellada|griechenland|ελλάδα|grc',
  HK: 'hong kong|hong kong sar|hkg',
  HU: 'magyarország|magyarorszag|ungarn|hun',
  IE: 'éire|eire|irland|republic of ireland|irl',
  IL: 'isr',
  IN: 'bharat|indien|ind',
  IT: 'italia|italien|italie|ita',
  JP: '日本|日本国|nippon|japon|jpn',
  KR: 'korea|south korea|republic of korea|korea republic of|korea, republic of|대한민국|한국|kor',
  LT: 'lietuva|ltu',
  LU: 'luxemburg|lëtzebuerg|lux',
  LV: 'latvija|lva',
  MX: 'méxico|mexiko|mex',
  MY: 'mys',
  NL: 'holland|nederland|the netherlands|niederlande|pays-bas|nld',
  NO: 'norge|norwegen|nor',
  NZ: 'aotearoa|neuseeland|nzl',
  PE: 'perú|per',
  PH: 'philippines|the philippines|phl',
  PL: 'polska|polen|pologne|pol',
  PT: 'prt',
  RO: 'românia|rumänien|rou',
  RU: 'russia|russian federation|россия|russland|rus',
  SA: 'ksa|saudi arabia|kingdom of saudi arabia|sau',
  SE: 'sverige|schweden|suède|swe',
  SG: 'sgp|singapur',
  SI: 'slovenija|slowenien|svn',
  SK: 'slovensko|slowakei|slovak republic|svk',
  TH: 'tha',
  TR: 'türkiye|turkiye|türkei|turkey|tur',
  TW: '台灣|taiwan|twn',
  UA: 'україна|ukr',
  US: 'usa|us|united states|united states of america|america|the united states|vereinigte staaten|états-unis|estados unidos|ee uu|eeuu',
  VN: 'viet nam|vietnam|vnm',
  ZA: 'rsa|south africa|südafrika|zaf',
};

/** Lower case, dots dropped (`U.S.A.`), accents kept: `Perú` and `Peru` are both listed where it matters. */
function flat(text: string): string {
  return text.toLowerCase().normalize('NFC').replaceAll('.', '').replaceAll('’', "'").replace(/\s+/g, ' ').trim();
}

const byName: ReadonlyMap<string, string> = new Map([
  ...Object.values(getAllCountries()).map((country): [string, string] => [flat(country.name), country.id]),
  ...Object.entries(spellings).flatMap(([code, names]) =>
    names.split('|').map((name): [string, string] => [flat(name), code]),
  ),
]);

/** ISO 3166 alpha-2 in upper case for a code or a name; `undefined` when it is neither. */
export function countryCode(text: string): string | undefined {
  const name = flat(text);
  const known = byName.get(name) ?? byName.get(name.replace(/^the /, ''));
  if (known !== undefined) return known;
  const code = name.toUpperCase();
  return isCountry(code) ? code : undefined;
}
