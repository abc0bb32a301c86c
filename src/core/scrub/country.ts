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
  CZ: 'république tchèque|tschechische republik|czech republic|czechia|česko|česká republika|ceska republika|tschechien|cze',
  DE: 'deutschland|germany|allemagne|alemania|germania|brd|federal republic of germany|bundesrepublik deutschland|deu|ger',
  DK: 'danmark|dänemark|dnk',
  EE: 'eesti|est',
  ES: 'españa|espana|spanien|espagne|esp',
  FI: 'suomi|finnland|fin',
  FR: 'frankreich|francia|fra|république française',
  GB: 'angleterre|uk|great britain|britain|england|scotland|wales|northern ireland|united kingdom|grossbritannien|großbritannien|vereinigtes königreich|royaume-uni|reino unido|gbr|united kingdom of great britain and northern ireland',
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

/** Lower case, dots dropped (`U.S.A.`), accents too (`Etats-Unis`), a hyphen as a space (`Pays Bas`). */
function flat(text: string): string {
  const letters = text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFC');
  return letters
    .replaceAll('.', '')
    .replaceAll('’', "'")
    .replace(/[\s\u2010-\u2015-]+/g, ' ')
    .trim();
}

/** Languages whose names of countries are known beside the English ones; forms and CRMs are kept in them. */
const LANGUAGES = ['de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'cs', 'sv', 'da', 'nb', 'fi', 'hu', 'ro', 'tr'];

/** Every country in every language; where two languages mean two countries by one name, neither. */
function translated(): Map<string, string> {
  const names = new Map<string, string>();
  const unclear = new Set<string>();
  for (const language of LANGUAGES) {
    const display = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const { id } of Object.values(getAllCountries())) {
      const name = flat(display.of(id) ?? '');
      if ((names.get(name) ?? id) !== id) unclear.add(name);
      else if (name !== '') names.set(name, id);
    }
  }
  for (const name of unclear) names.delete(name);
  return names;
}

const byName: ReadonlyMap<string, string> = new Map([
  ...translated(),
  ...Object.values(getAllCountries()).map((country): [string, string] => [flat(country.name), country.id]),
  ...Object.entries(spellings).flatMap(([code, names]) =>
    names.split('|').map((name): [string, string] => [flat(name), code]),
  ),
]);

function known(text: string): string | undefined {
  const name = flat(text);
  const found = byName.get(name) ?? byName.get(name.replace(/^the /, ''));
  if (found !== undefined) return found;
  const code = name.toUpperCase();
  return isCountry(code) ? code : undefined;
}

/**
 * ISO 3166 alpha-2 in upper case for a code or a name in one of many languages; also out of
 * `Germany (DE)`, `DE - Germany` and `Berlin, Germany`. `undefined` when it is none, or two.
 */
export function countryCode(text: string): string | undefined {
  const whole = known(text);
  if (whole !== undefined) return whole;
  const parts = text.split(/[(),/;|]|\s[-–—]\s/).filter((part) => part.trim() !== '');
  // A code alone may be anything in a longer text: `Portland, OR`.
  const codes = new Set(parts.flatMap((part) => known(part) ?? []));
  const named = parts.some((part) => part.trim().length > 3 && known(part) !== undefined);
  const [code] = codes;
  return codes.size === 1 && named ? code : undefined;
}
