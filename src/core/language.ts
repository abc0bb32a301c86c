/** In which language a lead is written to: its locale, as far as the playbook has words in it. */
import { kept } from './kept.ts';
import type { EmailTemplate, EmailWords } from './playbook.ts';

/** What the files without a language in their name are written in, unless the playbook says so. */
export const DEFAULT_LANGUAGE = 'en';

/**
 * Tags to look for, the nearest first (RFC 4647 3.4): `de-AT`, `de`. The script that goes with a place is
 * known, so that `zh-TW` finds `zh-Hant` before `zh`. None for what is no language tag.
 */
export const languageRange = kept((locale: string): readonly string[] => {
  let script: string;
  try {
    script = new Intl.Locale(locale).maximize().baseName;
  } catch {
    return [];
  }
  const plain = shorter(locale);
  const written = shorter(script).slice(0, -1);
  const [language = ''] = plain.slice(-1);
  return [...new Set([...plain.slice(0, -1), ...written, language, ...(KIN[language] ?? [])])];
});

/** Norwegian has three tags for what is read by the same people. */
const KIN: Readonly<Record<string, readonly string[]>> = { no: ['nb'], nb: ['no'], nn: ['no', 'nb'] };

/** A tag and what is left as parts fall off its end; none ends in a part of one character. */
function shorter(tag: string): string[] {
  const parts = tag.split('-');
  return parts
    .map((_, index) => parts.slice(0, parts.length - index))
    .filter((left) => (left.at(-1)?.length ?? 0) > 1)
    .map((left) => left.join('-'));
}

/**
 * The words of an email for a lead with this locale.
 * @param own the language of the words without one
 */
export function wordsFor(
  email: EmailTemplate,
  locale: string,
  own: string = DEFAULT_LANGUAGE,
): { readonly language: string; readonly words: EmailWords } {
  const { languages } = email;
  if (languages === undefined) return { language: own, words: email };
  for (const language of languageRange(locale)) {
    if (language === own) break;
    const words = Object.hasOwn(languages, language) ? languages[language] : undefined;
    if (words !== undefined) return { language, words };
  }
  return { language: own, words: email };
}

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg']);

/** Which way a language is written. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  const { script } = new Intl.Locale(language).maximize();
  return script !== undefined && RIGHT_TO_LEFT.has(script) ? 'rtl' : 'ltr';
}

/** The tag as it should be written (`pt-BR`); `undefined` when it is none, or of no language anybody knows. */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    if (canonical === undefined) return undefined;
    const { language } = new Intl.Locale(canonical);
    const known = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(language);
    return known === undefined ? undefined : canonical;
  } catch {
    return undefined;
  }
}
