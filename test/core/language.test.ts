import { describe, expect, it } from 'vitest';
import { canonicalLanguage, directionOf, languageRange, wordsFor } from '../../src/core/language.ts';
import { emailOf } from '../email/fixture.ts';

const words = (subject: string) => ({ subject, body: 'x' });
const email = emailOf('e', {
  subject: 'English',
  languages: {
    de: words('Deutsch'),
    'de-AT': words('Österreich'),
    'pt-BR': words('Brasil'),
    'zh-Hant': words('繁體'),
    nb: words('Norsk'),
  },
});

describe('the language a lead is written to in', () => {
  it.each([
    ['de-AT', 'de-AT'],
    ['de-CH', 'de'],
    ['de', 'de'],
    ['de-Latn-DE-x-old', 'de'],
    ['pt-BR', 'pt-BR'],
    ['pt-PT', 'en'],
    ['pt', 'en'],
    ['zh-TW', 'zh-Hant'],
    ['zh-CN', 'en'],
    ['no', 'nb'],
    ['fr', 'en'],
    ['en-GB', 'en'],
    ['', 'en'],
    ['what is this', 'en'],
    ['__proto__', 'en'],
  ])('a lead with the locale %j gets it in %s', (locale, language) => {
    expect(wordsFor(email, locale).language).toBe(language);
  });

  it('of the playbook is what the file without a language is in', () => {
    const german = emailOf('e', { languages: { en: words('English') } });
    expect(wordsFor(german, 'de-AT', 'de')).toEqual({ language: 'de', words: german });
    expect(wordsFor(german, 'en-US', 'de').words.subject).toBe('English');
    expect(wordsFor(german, 'fr', 'de').language).toBe('de');
  });
});

it('tags are looked for from the nearest to the farthest', () => {
  expect(languageRange('zh-TW')).toEqual(['zh-TW', 'zh-Hant-TW', 'zh-Hant', 'zh']);
  expect(languageRange('de')).toEqual(['de-Latn-DE', 'de-Latn', 'de']);
});

it.each([
  ['de', 'de'],
  ['pt-br', 'pt-BR'],
  ['zh-hant', 'zh-Hant'],
  ['eng', 'en'],
  ['xx', undefined],
  ['deutsch', undefined],
  ['d', undefined],
  ['de_DE', undefined],
])('the tag %s is written %s', (tag, canonical) => {
  expect(canonicalLanguage(tag)).toBe(canonical);
});

it.each([
  ['ar', 'rtl'],
  ['he-IL', 'rtl'],
  ['ur', 'rtl'],
  ['de', 'ltr'],
  ['ja', 'ltr'],
])('%s is written %s', (language, direction) => {
  expect(directionOf(language)).toBe(direction);
});
