/** The mailbox's pages, as plain HTML. Everything from a message is escaped; its HTML is shown in a sandbox. */
import { iso } from '../../core/time.ts';
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

const STYLE = `
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #1f2937; --soft: #5b6472; --line: #e3e6ea; --accent: #1d4ed8; --warn: #92400e; --warnbg: #fef3c7; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f141b; --card: #181f29; --ink: #e5e7eb; --soft: #9aa4b2; --line: #2a3340; --accent: #8ab4ff; --warn: #fde68a; --warnbg: #3b2f0b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header, main { max-width: 1000px; margin: 0 auto; padding: 20px; }
header { display: flex; flex-wrap: wrap; gap: 12px 20px; align-items: center; padding-bottom: 0; }
h1 { font-size: 20px; margin: 0; } h1 a { color: inherit; } h2 { font-size: 18px; margin: 0 0 12px; overflow-wrap: anywhere; } h3 { font-size: 14px; color: var(--soft); margin: 20px 0 8px; }
form { margin-left: auto; display: flex; gap: 8px; } input, button { font: inherit; padding: 6px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; }
input { width: 260px; max-width: 60vw; } button { cursor: pointer; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; } .pad { padding: 20px; }
.rows { list-style: none; margin: 0; padding: 0; } .rows li + li { border-top: 1px solid var(--line); }
.rows a { display: grid; grid-template-columns: minmax(0, 230px) minmax(0, 1fr) auto; gap: 16px; padding: 10px 16px; color: inherit; } .rows a:hover { background: var(--bg); text-decoration: none; }
.rows span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .soft, time { color: var(--soft); } time { font-variant-numeric: tabular-nums; }
nav { display: flex; gap: 16px; align-items: center; justify-content: space-between; margin: 14px 0; color: var(--soft); }
.note { background: var(--warnbg); color: var(--warn); border-radius: 8px; padding: 8px 14px; margin: 0 0 14px; }
.empty { padding: 48px 20px; text-align: center; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 640px; border: 0; background: #fff; display: block; } pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
summary { cursor: pointer; padding: 12px 20px; }
@media (max-width: 640px) { .rows a { grid-template-columns: minmax(0, 1fr) auto; } .rows .subject { grid-column: 1 / -1; grid-row: 2; } form { margin: 0; } }
`;

export function listPage({ messages, total, page, pages, q, status }: Listing): string {
  const rows = messages.map(
    (message) =>
      `<li><a href="/m/${esc(message.id)}"><span>${esc(message.to.join(', '))}</span><span class="subject">${esc(message.subject || '(no subject)')}</span>${time(message.at)}</a></li>`,
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
    notice(status),
    `<div class="card">${rows.length === 0 ? `<p class="empty">${empty}</p>` : `<ul class="rows">${rows.join('')}</ul>`}</div>`,
    `<nav aria-label="Pages">${link(page - 1, '← Newer')}<span>${total} ${total === 1 ? 'message' : 'messages'}, page ${page} of ${pages}</span>${link(page + 1, 'Older →')}</nav>`,
  ];
  return frame('Mailbox', body.join('\n'), q);
}

export function messagePage(message: MailboxMessage, mail: ReadMail): string {
  const facts: [string, string][] = [
    ['From', header(mail, 'from') ?? message.from],
    ['To', header(mail, 'to') ?? message.to.join(', ')],
    ['Reply-To', header(mail, 'reply-to') ?? ''],
    ['Accepted', iso(message.at)],
    ['Touch', message.touch ?? ''],
    ['Notice', message.notice ?? ''],
  ];
  const list = (rows: readonly (readonly [string, string])[]) =>
    `<dl>${rows.map(([name, value]) => (value === '' ? '' : `<dt>${esc(name)}</dt><dd>${esc(value)}</dd>`)).join('')}</dl>`;
  const body = [
    `<div class="card pad"><h2>${esc(message.subject || '(no subject)')}</h2>${list(facts)}</div>`,
    ...(mail.html === undefined ? [] : ['<h3>HTML</h3>', `<div class="card">${sandbox(mail.html)}</div>`]),
    ...(mail.text === undefined ? [] : ['<h3>Text</h3>', `<div class="card pad"><pre>${esc(mail.text)}</pre></div>`]),
    ...(mail.attachments.length === 0
      ? []
      : [
          '<h3>Attachments</h3>',
          `<div class="card pad">${list(mail.attachments.map(({ name, type, bytes }) => [name, `${type}, ${bytes} bytes`] as const))}</div>`,
        ]),
    '<h3>Source</h3>',
    `<details class="card"><summary>Headers</summary><div class="pad">${list(mail.headers.map(({ name, value }) => [name, value] as const))}</div></details>`,
    `<p><a href="/messages/${esc(message.id)}/raw">Raw message</a> <span class="soft">${message.bytes} bytes</span></p>`,
  ];
  return frame(message.subject || '(no subject)', body.join('\n'), '');
}

export function notFoundPage(): string {
  return frame(
    'Not found',
    '<div class="card"><p class="empty">No such page or message. <a href="/">All mail</a></p></div>',
    '',
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

function time(at: number): string {
  const text = iso(at);
  return `<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')}</time>`;
}

function frame(title: string, body: string, q: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${esc(title)} · Volley mailbox</title><style>${STYLE}</style></head>
<body><header><h1><a href="/">Mailbox</a></h1><form action="/" role="search"><input type="search" name="q" value="${esc(q)}" placeholder="Address or subject" aria-label="Search"><button>Search</button></form></header>
<main>${body}</main></body></html>`;
}

function esc(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
