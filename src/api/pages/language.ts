/** Which language a page is in, and its words with what they leave open. */
import { type Language, PREFERENCE_WORDS } from './preference-words.ts';

/** Another tag for a language that is here. */
const SAME: Readonly<Record<string, Language>> = { no: 'nb', nn: 'nb' };

const isLanguage = (text: string): text is Language => Object.hasOwn(PREFERENCE_WORDS, text);

/** The language of a tag (`de-CH`, `pt_BR`), if its words are here. */
export function languageOf(tag: string): Language | undefined {
  const base = tag.trim().toLowerCase().split(/[-_]/)[0] ?? '';
  return isLanguage(base) ? base : SAME[base];
}

/** The lead's own language, else the first the browser accepts (RFC 9110, 12.5.4), else English. */
export function chooseLanguage(locale: string, acceptLanguage: string | undefined): Language {
  const accepted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';');
      const q = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { tag, q: q === undefined ? 1 : Number(q) };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q);
  for (const tag of [locale, ...accepted.map((one) => one.tag)]) {
    const language = languageOf(tag);
    if (language !== undefined) return language;
  }
  return 'en';
}

/** `text` with what it leaves open. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
