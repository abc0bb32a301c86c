/** The mailbox's pages, as plain HTML. Everything from a message is escaped; its HTML is shown in a sandbox. */
import { iso } from '../../core/time.ts';
import { clock, count, dayOf, esc, frame, grouped, personHref } from './frame.ts';
import { decodeWords } from './query.ts';
import type { MailboxMessage, MailboxStatus } from './types.ts';
import type { ReadMail } from './view.ts';

export interface Listing {
  /** Newest first. */
  readonly messages: readonly MailboxMessage[];
  readonly total: number;
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  readonly q: string;
  readonly status: MailboxStatus;
}

/** No scripts anywhere, also not in the sandboxed message, which inherits this policy. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export function listPage({ messages, total, page, pages, q, status }: Listing): string {
  const row = (message: MailboxMessage) =>
    `<li><a href="/m/${esc(message.id)}"><span>${esc(message.to.join(', '))}</span><span class="subject">${esc(message.subject || '(no subject)')}</span>${clock(message.at)}</a></li>`;
  const days = grouped(messages, ({ at }) => dayOf(at)).map(
    ([day, rows]) => `<h2 class="day">${day}</h2><ul class="rows">${rows.map(row).join('')}</ul>`,
  );
  const link = (number: number, words: string) =>
    number < 1 || number > pages
      ? '<span></span>'
      : `<a href="/?${esc(new URLSearchParams({ q, page: String(number) }).toString())}">${words}</a>`;
  const empty =
    q === ''
      ? 'No mail yet. What Volley sends on this machine is kept here and goes nowhere else.'
      : 'Nothing matches.';
  const body = [
    '<h1>All mail <small class="soft">times are UTC</small></h1>',
    notice(status),
    `<div class="card">${days.length === 0 ? `<p class="empty">${empty}</p>` : days.join('')}</div>`,
    `<nav aria-label="Pages">${link(page - 1, '← Newer')}<span>${count(total, 'message')}, page ${page} of ${pages}</span>${link(page + 1, 'Older →')}</nav>`,
  ];
  return frame('All mail', body.join('\n'), { q, view: 'mail' });
}

/** The messages to the same person before and after one. */
export interface Neighbours {
  readonly older?: MailboxMessage | undefined;
  readonly newer?: MailboxMessage | undefined;
}

export function messagePage(message: MailboxMessage, mail: ReadMail, { older, newer }: Neighbours): string {
  const [to = ''] = message.to;
  const near = (other: MailboxMessage | undefined, words: string) =>
    other === undefined
      ? '<span></span>'
      : `<a href="/m/${esc(other.id)}" title="${esc(other.subject || '(no subject)')}">${words}</a>`;
  const facts: [string, string][] = [
    ['From', header(mail, 'from') ?? message.from],
    ['To', header(mail, 'to') ?? message.to.join(', ')],
    ['Reply-To', header(mail, 'reply-to') ?? ''],
    ['Accepted', `${dayOf(message.at)}, ${iso(message.at).slice(11, 16)} UTC`],
    ['Cadence', [message.tags['cadence'], message.tags['purpose']].flatMap((tag) => tag ?? []).join(', ')],
    ['Touch', message.touch ?? ''],
    ['Notice', message.notice ?? ''],
  ];
  const list = (rows: readonly (readonly [string, string])[]) =>
    `<dl>${rows.map(([name, value]) => (value === '' ? '' : `<dt>${esc(name)}</dt><dd>${esc(value)}</dd>`)).join('')}</dl>`;
  const body = [
    `<nav aria-label="Mail to the same person">${near(older, '← Older')}<a href="${esc(personHref(to))}">All mail to ${esc(to)}</a>${near(newer, 'Newer →')}</nav>`,
    `<div class="card pad"><h1>${esc(message.subject || '(no subject)')}</h1>${list(facts)}</div>`,
    ...(mail.html === undefined ? [] : ['<h2>HTML</h2>', `<div class="card">${sandbox(mail.html)}</div>`]),
    ...(mail.text === undefined ? [] : ['<h2>Text</h2>', `<div class="card pad"><pre>${esc(mail.text)}</pre></div>`]),
    ...(mail.attachments.length === 0
      ? []
      : [
          '<h2>Attachments</h2>',
          `<div class="card pad">${list(mail.attachments.map(({ name, type, bytes }) => [name, `${type}, ${bytes} bytes`] as const))}</div>`,
        ]),
    '<h2>Source</h2>',
    `<details class="card"><summary>Headers</summary><div class="pad">${list(mail.headers.map(({ name, value }) => [name, value] as const))}</div></details>`,
    `<p><a href="/messages/${esc(message.id)}/raw">Raw message</a> <span class="soft">${message.bytes} bytes</span></p>`,
  ];
  return frame(message.subject || '(no subject)', body.join('\n'));
}

export function notFoundPage(): string {
  return frame(
    'Not found',
    '<h1>Not found</h1><div class="card"><p class="empty">No such page or message. <a href="/">All mail</a></p></div>',
  );
}

/** Links open in a new tab; scripts, forms and same-origin access stay off. */
function sandbox(html: string): string {
  const inside = html.includes('<head>')
    ? html.replace('<head>', '<head><base target="_blank">')
    : `<base target="_blank">${html}`;
  return `<iframe title="The message as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${esc(inside)}"></iframe>`;
}

function notice({ mode, remaining, events, heldEvents, refusedEvents }: MailboxStatus): string {
  const parts = [
    ...(mode === 'ok'
      ? []
      : [`Sends are answered with “${mode}”${remaining === null ? '' : `, ${remaining} more times`}.`]),
    ...(events === 'send' ? [] : [`Events: ${events}${heldEvents === 0 ? '' : `, ${heldEvents} held`}.`]),
    ...(refusedEvents.count === 0 ? [] : [`${refusedEvents.count} events were refused: ${refusedEvents.last ?? ''}`]),
  ];
  return parts.length === 0 ? '' : `<p class="note" role="status">${esc(parts.join(' '))}</p>`;
}

function header(mail: ReadMail, name: string): string | undefined {
  const value = mail.headers.find((candidate) => candidate.name.toLowerCase() === name)?.value;
  return value === undefined ? undefined : decodeWords(value);
}
