/** Emails in more than one language: each has its own file, and what is not words is the same in all of them. */
import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_LANGUAGE } from '../../core/language.ts';
import { FRAME_LANGUAGES, knowsFrame } from '../../email/frame-words.ts';
import type { EmailFile } from '../frontmatter.ts';
import { wholeFile } from '../problems.ts';
import { Raw } from '../raw.ts';
import type { Workspace } from '../workspace.ts';
import type { Report } from './references.ts';

/** What a translation has of its own. */
const WORDS = ['subject', 'preheader'];

export function checkLanguages({ playbook, emails, translations }: Workspace, report: Report): void {
  const language = Raw.of(playbook).get('company').get('language');
  const own = language.text ?? DEFAULT_LANGUAGE;
  if (language.text !== undefined && !knowsFrame(own)) report.warnings.push(frameless(language, own));
  onePerLanguage([...emails, ...translations], report);
  for (const translation of translations) {
    const { file } = translation.source;
    const original = emails.find(({ id }) => id === translation.id);
    if (original === undefined) {
      const expected = `emails/${translation.id}.md or .mjml, for everybody who speaks something else`;
      report.problems.push(wholeFile(file, 'there is no such email without a language', expected));
      continue;
    }
    if (translation.language === own) {
      const expected = `${original.source.file} alone, which is in the playbook's own language`;
      report.problems.push(wholeFile(file, `the email is in '${own}' already`, expected));
    }
    if (!knowsFrame(translation.language ?? own))
      report.warnings.push(frameless(Raw.of(translation.source), translation.language ?? own));
    mustAgree(translation, original, report);
  }
}

/** What is around the words of an email (why it came, the unsubscribe link) is then in English. */
function frameless(at: Raw, language: string): ReturnType<Raw['problem']> {
  const message = `the footer of mail in '${language}' is in English`;
  return at.problem(message, `a language the footer has words in: ${FRAME_LANGUAGES.join(', ')}`);
}

function onePerLanguage(files: readonly EmailFile[], report: Report): void {
  const first = new Map<string, string>();
  for (const { id, language = '', source } of files) {
    const key = `${id}.${language}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, source.file);
    else report.problems.push(wholeFile(source.file, `the email is there twice, also as ${other}`, 'one of the two'));
  }
}

function mustAgree(translation: EmailFile, original: EmailFile, report: Report): void {
  if (original.source.broken) return;
  const there = Raw.of(original.source);
  for (const [key, said] of Raw.of(translation.source).entries()) {
    if (WORDS.includes(key) || isDeepStrictEqual(said.value, there.get(key).value)) continue;
    const message = `'${key}' is not as in ${original.source.file}`;
    report.problems.push(said.problem(message, 'the same, or nothing: it holds in every language'));
  }
}
