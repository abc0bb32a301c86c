/** Phones, locales and roles: lightly normalised, dropped when they are nothing of the kind. */
import { international as toInternational } from './dialing.ts';

/** Languages as exports spell them. Maps, not objects: `constructor` is nobody's language. */
const languages: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cs: 'czech|čeština',
    da: 'danish|dansk',
    de: 'german|deutsch',
    en: 'english|englisch',
    es: 'spanish|español',
    fi: 'finnish|suomi',
    fr: 'french|français',
    hu: 'hungarian|magyar',
    it: 'italian|italiano',
    ja: 'japanese|日本語',
    ko: 'korean|한국어',
    nl: 'dutch|nederlands',
    no: 'norwegian|norsk',
    pl: 'polish|polski',
    pt: 'portuguese|português',
    ro: 'romanian|română',
    sv: 'swedish|svenska',
    tr: 'turkish|türkçe',
    zh: 'chinese|中文',
  }).flatMap(([tag, names]) => names.split('|').map((name): [string, string] => [name, tag])),
);

const roleNames: ReadonlyMap<string, string> = new Map([
  ['information-technology', 'it'],
  ['human-resources', 'hr'],
  ['ops', 'operations'],
]);

/** BCP 47 from `en_us`, `de-DE` or a language's name; `undefined` when it is no language. */
export function localeTag(text: string): string | undefined {
  const plain = text.trim().toLowerCase();
  const base = plain.replace(/\s*\(.*\)$/, '').replace(/\s+-\s+.*$/, '');
  const named = languages.get(plain) ?? languages.get(base);
  if (named !== undefined) return named;
  const tag = plain.replaceAll('_', '-').replace(/[.@].*$/, '');
  if (!/^[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?$/.test(tag)) return undefined;
  return tag
    .split('-')
    .map((part, at) => (at === 0 ? part : part.length === 4 ? capital(part) : part.toUpperCase()))
    .join('-');
}

/**
 * Digits with a leading `+` where the number is international, ` x12` for an extension. A national number
 * becomes one by the rule of its country, and keeps its shape where that does not fit: guessing the prefix
 * would dial somebody else. `undefined` when there are fewer than 5 or more than 15 digits (E.164), when
 * they are one digit over and over or counted up, or when a spreadsheet made it `4.9E+11`.
 * @param country ISO 3166 alpha-2 of the lead, `''` when it is not known
 */
export function phoneNumber(text: string, country = ''): string | undefined {
  const plain = asciiDigits(text.normalize('NFKC'))
    .trim()
    .toLowerCase()
    .replace(/^(?:tel|phone|mobile|fon)[.:]?\s*/, '');
  if (/\de\+\d/.test(plain)) return undefined;
  const extension = /(?:\s*(?:ext\.?|extension|durchwahl|dw|x|#)\s*)(\d{1,6})$/.exec(plain);
  const main = extension === null ? plain : plain.slice(0, extension.index);
  if (/[a-z]/.test(main)) return undefined;
  const plus = /^\s*\(?\+/.test(main);
  const international = plus || main.replace(/\D/g, '').startsWith('00');
  const all = (international ? main.replace(/\(0\)/, '') : main).replace(/\D/g, '');
  const digits = international && !plus ? all.replace(/^00/, '') : all;
  if (digits.length < 5 || digits.length > 15 || isCounted(digits)) return undefined;
  // No country's code begins with 0.
  if (international && digits.startsWith('0')) return undefined;
  const number = international ? `+${digits}` : (toInternational(digits, country) ?? digits);
  return `${number}${extension === null ? '' : ` x${extension[1]}`}`;
}

/** `0000000`, `1234567890`, `0123456`: typed to get past a form. */
const isCounted = (digits: string): boolean =>
  /^0*(\d)\1*$/.test(digits) || (digits.length >= 6 && '01234567890123456789'.includes(digits));

/** Digits of every script as 0 to 9: they come in blocks of ten. */
function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const at = digit.codePointAt(0) ?? 0;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(at - value - 1))) value += 1;
    return String(value);
  });
}

/** A role as playbooks name it: `Information Technology` to `it`, `DECISION_MAKER;CHAMPION` to `decision-maker`. */
export function roleName(text: string): string {
  const first = text.split(/[;|]/).find((part) => part.trim() !== '') ?? '';
  const slug = first
    .trim()
    .toLowerCase()
    .replace(/[\s_/]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return roleNames.get(slug) ?? slug;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** As leads have it; a number without its country code is nobody's. */
export function international(value: string): string | undefined {
  const number = phoneNumber(value);
  return number?.startsWith('+') ? number : undefined;
}
