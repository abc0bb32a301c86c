/** The frame around every body, in HTML and in plain text: preheader, body, and the footer the law asks for. */
import { directionOf } from '../core/language.ts';
import type { MjmlTemplates, Purpose } from '../core/playbook.ts';
import { frameWords } from './frame-words.ts';
import { HREF_FILTER } from './inert.ts';
import { DIR, LANG } from './mjml/compile.ts';

export interface FrameInput {
  readonly purpose: Purpose;
  /** BCP 47 tag of the email's words; the frame speaks it too, if it can. */
  readonly language: string;
}

export interface LayoutInput extends FrameInput {
  /** Mail that reads as written by a person: no banner, no card. */
  readonly personal: boolean;
  /** Liquid template of HTML. */
  readonly body: string;
  /** Liquid template of the preview line, escaped on output; absent: the mail program takes the first words. */
  readonly preheader: string | undefined;
}

/** Keeps the words of the body out of the preview line. */
const PADDING = '&#8199;&#847; '.repeat(60);

export const STYLE = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  body { margin: 0; padding: 0; background: #f3f4f6; color: #1f2937; font: 16px/1.6 -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; -webkit-text-size-adjust: 100%; }
  .personal { background: #ffffff; }
  .frame { width: 100%; max-width: 600px; margin: 0 auto; }
  .banner { padding: 28px 32px 12px; font-weight: 700; font-size: 15px; letter-spacing: .01em; color: #4b5563; }
  .card { background: #ffffff; border-radius: 12px; padding: 32px; }
  .personal .card { border-radius: 0; padding: 20px; }
  .card > *:first-child { margin-top: 0; } .card > *:last-child { margin-bottom: 0; }
  h1 { font-size: 26px; line-height: 1.25; margin: 0 0 16px; } h2 { font-size: 20px; line-height: 1.3; margin: 28px 0 8px; } h3 { font-size: 17px; margin: 24px 0 8px; }
  p, ul, ol { margin: 0 0 16px; } li { margin: 0 0 6px; }
  a { color: #1d4ed8; }
  img { max-width: 100%; height: auto; border: 0; }
  blockquote { margin: 0 0 16px; padding: 2px 0 2px 16px; border-left: 3px solid #d1d5db; color: #4b5563; }
  hr { border: 0; border-top: 1px solid #e5e7eb; margin: 28px 0; }
  code { background: #f3f4f6; border-radius: 4px; padding: 1px 5px; font-size: 14px; } pre { background: #f3f4f6; border-radius: 8px; padding: 14px; overflow-x: auto; } pre code { padding: 0; }
  table { border-collapse: collapse; } th, td { border-bottom: 1px solid #e5e7eb; padding: 6px 14px 6px 0; text-align: left; }
  .action { margin: 28px 0; }
  a.button { display: inline-block; background: #1d4ed8; color: #ffffff; font-weight: 600; text-decoration: none; border-radius: 8px; padding: 12px 22px; }
  .footer { padding: 20px 32px 40px; font-size: 13px; line-height: 1.5; color: #5b6472; } .footer p { margin: 0 0 6px; } .footer a { color: #5b6472; }
  .personal .footer { padding: 20px; }
  @media (prefers-color-scheme: dark) {
    body { background: #111827; color: #e5e7eb; } .personal { background: #1f2937; } .card { background: #1f2937; }
    .banner, .footer, .footer a, blockquote { color: #9ca3af; } a { color: #93c5fd; } a.button { background: #2563eb; color: #ffffff; }
    hr, th, td, blockquote { border-color: #374151; } code, pre { background: #111827; }
  }
`.replace(/\n\s*/g, '\n');

/** One Liquid template of the whole HTML document. */
export function htmlDocument(input: LayoutInput): string {
  const { language, personal, body } = input;
  return [
    '<!doctype html>',
    `<html lang="${language}" dir="${directionOf(language)}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>{{ subject }}</title>',
    `<style>${STYLE}</style>`,
    '</head>',
    `<body${personal ? ' class="personal"' : ''}>`,
    ...hiddenPreheader(input),
    '<div class="frame">',
    ...(personal ? [] : ['<div class="banner">{{ company.name }}</div>']),
    `<div class="card">\n${body}</div>`,
    '<div class="footer">',
    ...footer(input, ''),
    '</div>',
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const MJML_FOOTER = 'font-family:Helvetica,Arial,sans-serif;font-size:13px;line-height:1.5;color:#5b6472;';

/** The same around a body of MJML, whose look is its own: no banner and no card, but preheader and footer. */
export function mjmlDocument(
  input: FrameInput & { readonly preheader: string | undefined; readonly templates: MjmlTemplates },
): string {
  const { language, templates } = input;
  const dir = directionOf(language);
  const body = templates.body.replaceAll(`"${LANG}"`, `"${language}"`).replaceAll(`"${DIR}"`, `"${dir}"`);
  const begin = body.indexOf('>') + 1;
  const end = body.lastIndexOf('</body>');
  return [
    `${templates.before}<!doctype html>`,
    `<html lang="${language}" dir="${dir}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // Colours for the light alone stay so; else a mail program's dark links stand on the author's white.
    `<meta name="color-scheme" content="${templates.head.includes('prefers-color-scheme') ? 'light dark' : 'light'}">`,
    '<title>{{ subject }}</title>',
    templates.head,
    '</head>',
    body.slice(0, begin),
    ...hiddenPreheader(input),
    body.slice(begin, end),
    '<table align="center" role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%" style="max-width:600px;margin:0 auto;">',
    `<tr><td style="padding:20px 25px 40px;${MJML_FOOTER}">`,
    ...footer(input, ' style="margin:0 0 6px;"', ' style="color:#5b6472;"'),
    '</td></tr>',
    '</table>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function hiddenPreheader({ preheader }: { readonly preheader: string | undefined }): string[] {
  const hidden = 'display:none;max-height:0;overflow:hidden;mso-hide:all';
  return preheader === undefined ? [] : [`<div style="${hidden}">${preheader}${PADDING}</div>`];
}

function footer({ purpose, language }: FrameInput, paragraph: string, link = ''): string[] {
  const { why, unsubscribe } = frameWords(language);
  return [
    `<p${paragraph}>${why[purpose]}</p>`,
    `<p${paragraph}><a href="{{ unsubscribeUrl | ${HREF_FILTER} }}"${link}>${unsubscribe}</a></p>`,
    `<p${paragraph}>{{ company.name }} · {{ company.postalAddress }}</p>`,
  ];
}

/** One Liquid template of the whole text part. `-- ` begins a signature (RFC 3676 4.3). */
export function textDocument({ purpose, language, body }: FrameInput & { readonly body: string }): string {
  const { why, unsubscribe, colon } = frameWords(language);
  return [
    `${body}\n`,
    '-- ',
    '{{ company.name }} · {{ company.postalAddress }}',
    why[purpose],
    `${unsubscribe}${colon}{{ unsubscribeUrl }}`,
    '',
  ].join('\n');
}
