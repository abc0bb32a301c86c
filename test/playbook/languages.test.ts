import { describe, expect, it } from 'vitest';
import { FRAME_LANGUAGES, frameWords } from '../../src/email/frame-words.ts';
import { createRenderer } from '../../src/email/render.ts';
import { compiled, LEAD, minimal, mistakes, warnings } from './support.ts';

const german = (front = '', body = 'Guten Tag') => `---\nsubject: Hallo\n${front}---\n${body}\n`;
const hello = (files: Record<string, string>) => minimal('', files);
const render = (files: Record<string, string>, locale: string) =>
  createRenderer(compiled(hello(files))).render('hello', {
    purpose: 'marketing',
    lead: { ...LEAD, locale },
    unsubscribeUrl: 'https://volley.example/u/1',
  });

describe('an email in another language', () => {
  it('goes to the leads who speak it, with the frame and the tags of its language', () => {
    const mail = render({ 'emails/hello.de.md': german() }, 'de-AT');
    expect(mail).toMatchObject({ language: 'de', subject: 'Hallo' });
    expect(mail.html).toContain('<html lang="de" dir="ltr">');
    for (const part of [mail.html, mail.text]) {
      expect(part).toContain('Guten Tag');
      expect(part).toContain('Sie erhalten diese E-Mail an ada@example.com');
      expect(part).toContain('Abmelden');
    }
    expect(render({ 'emails/hello.de.md': german() }, 'fr')).toMatchObject({ language: 'en', subject: 'Hello' });
  });

  it('may be in MJML where the email is in Markdown', () => {
    const body =
      '<mjml><mj-body><mj-section><mj-column><mj-text>Guten Tag</mj-text></mj-column></mj-section></mj-body></mjml>';
    const mail = render({ 'emails/hello.de.mjml': german('', body) }, 'de');
    expect(mail.html).toContain('role="article" lang="de" dir="ltr"');
    expect(mail.text).toMatch(/^Guten Tag\n/);
  });

  it('written from right to left says so', () => {
    expect(render({ 'emails/hello.ar.md': german() }, 'ar-EG').html).toContain('<html lang="ar" dir="rtl">');
  });

  it('in a language the frame has no words in is taken, with a warning', () => {
    expect(warnings(hello({ 'emails/hello.ar.md': german() })).join()).toContain(
      "the footer of mail in 'ar' is in English",
    );
    expect(warnings(hello({ 'emails/hello.ja.md': german() })).join()).not.toContain('footer');
  });

  it.each([
    ['emails/other.de.md', german(), 'emails/other.de.md:1:1 there is no such email without a language'],
    [
      'emails/hello.xx.md',
      german(),
      "emails/hello.xx.md:1:1 'xx' is no language tag (expected a language tag, such as de, pt-BR or zh-Hant)",
    ],
    [
      'emails/hello.pt-br.md',
      german(),
      "'pt-br' is no language tag (expected 'pt-BR', with a name as in emails/NAME.pt-BR.md)",
    ],
    ['emails/hello.en.md', german(), "the email is in 'en' already"],
    ['emails/hello.mjml', german('phase: call-to-action\n'), 'the email is there twice, also as emails/hello.md'],
    [
      'emails/hello.de.md',
      german('phase: call-to-action\n'),
      "emails/hello.de.md:3:8 'phase' is not as in emails/hello.md",
    ],
    ['emails/hello.de.md', german('repeat: P30D\n'), "emails/hello.de.md:3:9 'repeat' is not as in emails/hello.md"],
    ['emails/hello.de.md', german('fase: x\n'), "unknown key 'fase'"],
    ['emails/hello.de.md', '---\nphase: thought-leadership\n---\nHallo', "'subject' is missing"],
    [
      'emails/hello.de.md',
      german('', 'Hallo {{ lead.vorname }}'),
      "emails/hello.de.md:4:10 unknown field 'lead.vorname'",
    ],
    [
      'emails/hello.de.mjml',
      german('', '<mjml>\n<mj-bodi></mj-bodi></mjml>'),
      'emails/hello.de.mjml:5:1 unknown element <mj-bodi>',
    ],
  ])('%s is refused at its place', (file, content, words) => {
    expect(mistakes(hello({ [file]: content })).join('\n')).toContain(words);
  });

  it('may say again what the email says', () => {
    expect(mistakes(hello({ 'emails/hello.de.md': german('phase: thought-leadership\n') }))).toEqual([]);
  });
});

describe('the playbook’s own language', () => {
  const inGerman = {
    'playbook.yaml': minimal()['playbook.yaml']?.replace('  country: GB\n', '  country: DE\n  language: de\n') ?? '',
  };

  it('is that of the files without one', () => {
    const mail = render({ ...inGerman, 'emails/hello.en.md': german() }, 'de');
    expect(mail.language).toBe('de');
    expect(mail.html).toContain('<html lang="de"');
    expect(mail.text).toContain('Abmelden: https://volley.example/u/1');
  });

  it('must be a language', () => {
    const files = { 'playbook.yaml': inGerman['playbook.yaml'].replace('language: de', 'language: german') };
    expect(mistakes(hello(files)).join()).toContain("playbook.yaml:6:13 'language' is wrong");
  });
});

it('the frame says in every language it knows whose mail this is, to whom, and how to end it', () => {
  const said = new Set<string>();
  for (const language of FRAME_LANGUAGES) {
    const { why, unsubscribe } = frameWords(language);
    for (const sentence of Object.values(why)) {
      expect(sentence, language).toContain('{{ lead.email }}');
      expect(sentence, language).toContain('{{ company.name }}');
      said.add(sentence);
    }
    expect(unsubscribe).not.toBe('');
  }
  expect(said.size).toBe(FRAME_LANGUAGES.length * 3);
});
