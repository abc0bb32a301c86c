/** Names of people: proper case for those in capitals or in lower case, everything else as its owner writes it. */
import { cleanText } from './text.ts';

/** Written small before a family name; the last word of a name is never one of them. */
const particles: ReadonlySet<string> = new Set([
  ...['van', 'der', 'den', 'de', 'ten', 'ter', 'op', 'het', "'t", 'von', 'vom', 'zu', 'zum', 'zur'],
  ...['di', 'da', 'dos', 'das', 'do', 'del', 'della', 'degli', 'y', 'e', 'bin', 'ibn', 'bint', 'af', 'av'],
]);

/** `Mac` names that take a capital; unlisted ones (Machado, Mackey) stay plain, since most do. */
const macNames: ReadonlySet<string> = new Set([
  ...['macdonald', 'macdougall', 'macfarlane', 'macgregor', 'macintyre', 'mackenzie', 'maclean', 'macleod'],
  ...['macmillan', 'macneil', 'macpherson', 'macarthur', 'macallister', 'macnamara', 'macinnes', 'mackinnon'],
]);

const honorific =
  /^(?:(?:mr|mrs|ms|miss|mx|sir|herr|frau|mme|mlle|monsieur|madame|dr|prof)\.?\s+|(?:hr|fr|ing|mag|dipl\.?[\s-]?ing)\.\s*)(?=\S)/i;
/** One of them and nothing else. */
const onlyHonorific = /^(?:mr|mrs|ms|miss|mx|herr|frau|mme|mlle|monsieur|madame|hr|dr|prof)\.?$/i;
const pronouns = /\s*[([](?:she|her|he|him|they|them|sie|er|elle|il|ella|él)\b[^)\]]*[)\]]$/iu;
const degrees = /,\s*(?:ph\.?d|m\.?d|mba|m\.?sc|b\.?sc|msc|bsc|esq|cpa|pmp|ll\.?m)\.?$/i;
/** Pictures, and what a spreadsheet takes for the beginning of a formula. */
const decoration = /\p{Extended_Pictographic}|^[=+@|\s]+/gu;
const suffixes: ReadonlyMap<string, string> = new Map([
  ['ii', 'II'],
  ['iii', 'III'],
  ['iv', 'IV'],
  ['phd', 'PhD'],
  ['md', 'MD'],
  ['mba', 'MBA'],
]);

/**
 * A first or last name as its owner would write it. Mixed case is kept. Two capitals as a first name
 * are initials (`JP`) and are kept as well; as a last name they are a name in capitals (`NG`).
 */
export function personName(text: string, part: 'first' | 'last'): string {
  let name = cleanText(text);
  for (let next = bare(name, part); next !== name; next = bare(name, part)) name = next;
  if (part === 'first' && /^\p{Lu}{1,2}$/u.test(name)) return name;
  const lower = name.toLowerCase();
  const oneCase = name === lower || name === name.toUpperCase();
  return oneCase && lower !== name.toUpperCase() ? cleanText(properName(lower)) : cleanText(name);
}

/** One layer less of what is no part of the name. */
function bare(text: string, part: 'first' | 'last'): string {
  const name = undecorated(text);
  if (part === 'last') return name.replace(degrees, '').trim();
  return onlyHonorific.test(name) ? '' : name.replace(honorific, '');
}

/** Without quotation marks around it, pictures in it, and words that are no part of a name after it. */
function undecorated(text: string): string {
  const plain = unquoted(cleanText(text.replace(decoration, '').replace(pronouns, '')));
  const quoted = /^'(.+)'$/.exec(plain);
  return cleanText(quoted?.[1] ?? plain);
}

/** Marks around the whole name go; a pair within it stays (`Zoë "Z"`), a lone one does not. */
function unquoted(text: string): string {
  const within = /^["“”\s]+([^"“”]*)["“”\s]+$/.exec(text)?.[1] ?? text;
  const marks = within.match(/["“”]/g)?.length ?? 0;
  return (marks % 2 === 0 ? within : within.replace(/["“”]/g, '')).trim();
}

function properName(lower: string): string {
  const words = lower.split(' ');
  return words.map((word, at) => properWord(word, words, at)).join(' ');
}

function properWord(word: string, words: readonly string[], at: number): string {
  const last = at === words.length - 1;
  const afterDe = words[at - 1] === 'de' && (word === 'la' || word === 'las' || word === 'los');
  if (!last && (particles.has(word) || afterDe)) return word;
  const suffix = suffixes.get(word);
  if (suffix !== undefined && at > 0) return suffix;
  return word.split('-').map(properPart).join('-');
}

function properPart(part: string): string {
  const apostrophe = /^([dlo])(['’])(.{2,})$/u.exec(part);
  if (apostrophe !== null) {
    const [, head = '', mark = '', rest = ''] = apostrophe;
    return capital(head) + mark + properPart(rest);
  }
  if (/^mc\p{L}{3,}/u.test(part)) return `Mc${capital(part.slice(2))}`;
  if (macNames.has(part)) return `Mac${capital(part.slice(3))}`;
  return capital(part);
}

/** Upper case for the first character, unless that changes its length (`ß`, ligatures). */
function capital(word: string): string {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 0x20);
  const upper = first.toUpperCase();
  return word !== '' && upper.length === first.length ? upper + word.slice(first.length) : word;
}

/** A whole name to its parts: `Last, First` or `First Middle Last`; one word is a first name. */
export function splitName(full: string): { first: string; last: string } {
  const name = cleanText(full).replace(honorific, '');
  const comma = /^([^,]+),\s*(\S.*)$/u.exec(name);
  if (comma !== null) return { first: comma[2] ?? '', last: comma[1] ?? '' };
  const words = name.split(' ');
  if (words.length < 2) return { first: name, last: '' };
  const start = words.findIndex((word, at) => at > 0 && at < words.length - 1 && particles.has(word.toLowerCase()));
  const cut = start > 0 ? start : words.length - 1;
  return { first: words.slice(0, cut).join(' '), last: words.slice(cut).join(' ') };
}
