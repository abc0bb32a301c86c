/** Mails to our own people: a frame without a footer of the law's, sections, links that look like buttons. */
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Instant } from '../core/time.ts';
import { escapeHtml } from './engines.ts';
import { type Address, headerAddress, headerText } from './headers.ts';
import { STYLE } from './layout.ts';

/** Plain text throughout; it is escaped where it becomes HTML. */
export interface NoticeSection {
  readonly title: string;
  readonly lines: readonly string[];
  /** The first one stands out. */
  readonly actions?: readonly { readonly label: string; readonly url: string }[];
  readonly parts?: readonly { readonly title: string; readonly lines: readonly string[] }[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

export interface NoticeContent {
  readonly subject: string;
  readonly sections: readonly NoticeSection[];
  /** Why somebody gets this mail, and where to change that. */
  readonly footer: string;
}

export interface ComposeNotice extends NoticeContent {
  readonly from: Address;
  readonly to: Address;
  /** Absent: replies go to the sender. */
  readonly replyTo?: string | undefined;
  readonly date: Instant;
  /** Left side of the Message-ID, and `X-Volley-Notice`: the same for the same notice, so that a repeat is recognised. */
  readonly id: string;
  /** What mails of one thread have in common. */
  readonly thread?: string | undefined;
  readonly attachments?: readonly { readonly name: string; readonly type: string; readonly text: string }[];
}

/**
 * The message in UTF-8. `Auto-Submitted` (RFC 3834) keeps vacation replies from answering it.
 * @throws VolleyError `header-injection` or `bad-address`
 */
export async function composeNotice(input: ComposeNotice): Promise<Buffer> {
  const from = headerAddress('From', { name: oneLine(input.from.name), address: input.from.address });
  const to = headerAddress('To', { name: oneLine(input.to.name), address: input.to.address });
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const messageId = (left: string): string => `<${headerText('Message-ID', left)}@${domain}>`;
  const thread = input.thread === undefined ? undefined : messageId(input.thread);
  const message = new MailComposer({
    from,
    to,
    ...(input.replyTo === undefined
      ? {}
      : { replyTo: headerAddress('Reply-To', { name: '', address: input.replyTo }) }),
    subject: headerText('Subject', oneLine(input.subject)),
    date: new Date(input.date),
    messageId: messageId(input.id),
    ...(thread === undefined ? {} : { inReplyTo: thread, references: thread }),
    text: crlf(noticeText(input)),
    html: crlf(noticeHtml(input)),
    headers: [
      { key: 'Auto-Submitted', value: 'auto-generated' },
      // SES puts a Message-ID of its own into what it sends: by this one a repeat is told.
      { key: 'X-Volley-Notice', value: headerText('X-Volley-Notice', input.id) },
    ],
    attachments: (input.attachments ?? []).map(({ name, type, text }) => ({
      filename: name,
      contentType: type,
      content: text,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return message.compile().build();
}

/** Subjects and names hold what people typed; in a header a line break would begin another one. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
const crlf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');

export function noticeText({ sections, footer }: NoticeContent): string {
  return `${sections.map(sectionText).join('\n\n')}\n\n-- \n${footer}\n`;
}

function sectionText({ title, lines, actions = [], parts = [], table }: NoticeSection): string {
  const rows = table === undefined ? [] : [table.head, ...table.rows].map((row) => row.join(' | '));
  return [
    title,
    '='.repeat(Math.min(title.length, 70)),
    ...lines,
    ...actions.map(({ label, url }) => `${label}: ${url}`),
    ...parts.flatMap((part) => ['', `${part.title}:`, ...part.lines.map((line) => `- ${line}`)]),
    ...(rows.length === 0 ? [] : ['', ...rows]),
  ].join('\n');
}

export function noticeHtml({ subject, sections, footer }: NoticeContent): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(subject)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body class="personal">',
    '<div class="frame"><div class="card">',
    ...sections.map(sectionHtml),
    '</div>',
    `<div class="footer"><p>${escapeHtml(footer)}</p></div>`,
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function sectionHtml({ title, lines, actions = [], parts = [], table }: NoticeSection): string {
  const links = actions.map(
    ({ label, url }, n) => `<a${n === 0 ? ' class="button"' : ''} href="${escapeHtml(url)}">${escapeHtml(label)}</a>`,
  );
  const list = (texts: readonly string[]): string =>
    `<ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
  return [
    `<h2>${escapeHtml(title)}</h2>`,
    ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
    ...(links.length === 0 ? [] : [`<p class="action">${links.join(' &nbsp; ')}</p>`]),
    ...parts.map((part) => `<h3>${escapeHtml(part.title)}</h3>${list(part.lines)}`),
    ...(table === undefined ? [] : [tableHtml(table)]),
  ].join('\n');
}

function tableHtml({ head, rows }: NonNullable<NoticeSection['table']>): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${row(head, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table>`;
}
