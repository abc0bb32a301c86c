/** What the mailbox's pages share: their frame, style, and how times are written. */
import { iso } from '../../core/time.ts';

const STYLE = `
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #1f2937; --soft: #5b6472; --line: #e3e6ea; --accent: #1d4ed8; --warn: #92400e; --warnbg: #fef3c7; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f141b; --card: #181f29; --ink: #e5e7eb; --soft: #9aa4b2; --line: #2a3340; --accent: #8ab4ff; --warn: #fde68a; --warnbg: #3b2f0b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header, main { max-width: 1000px; margin: 0 auto; padding: 20px; }
header { display: flex; flex-wrap: wrap; gap: 12px 20px; align-items: center; padding-bottom: 0; }
.name { font-size: 18px; } .name a { color: inherit; } h1 { font-size: 20px; line-height: 1.3; margin: 0 0 12px; overflow-wrap: anywhere; } h1 small { font-size: 13px; font-weight: 400; } h2 { font-size: 14px; color: var(--soft); margin: 20px 0 8px; }
form { margin-left: auto; display: flex; gap: 8px; } input, button { font: inherit; padding: 6px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; }
input { width: 260px; max-width: 60vw; } button { cursor: pointer; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; } .pad { padding: 20px; }
.rows { list-style: none; margin: 0; padding: 0; } .rows li + li { border-top: 1px solid var(--line); }
.rows a { display: grid; grid-template-columns: minmax(0, 230px) minmax(0, 1fr) auto; gap: 16px; padding: 10px 16px; color: inherit; } .rows a:hover { background: var(--bg); text-decoration: none; }
.rows span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .soft, time { color: var(--soft); } time { font-variant-numeric: tabular-nums; }
.day { margin: 0; padding: 8px 16px; font-size: 13px; font-weight: 600; color: var(--soft); background: var(--bg); border-top: 1px solid var(--line); } .rows:first-child .day, .card > .day:first-child { border-top: 0; }
.chip { display: inline-block; padding: 0 8px; border: 1px solid var(--line); border-radius: 999px; font-size: 12px; color: var(--soft); white-space: nowrap; }
.views { display: flex; gap: 6px 16px; } .views a[aria-current] { color: inherit; font-weight: 600; }
.line { list-style: none; margin: 0; padding: 0 16px; } .line li { position: relative; padding: 10px 0 10px 22px; border-left: 2px solid var(--line); margin-left: 5px; }
.line li::before { content: ''; position: absolute; left: -6px; top: 18px; width: 8px; height: 8px; border-radius: 50%; background: var(--accent); border: 1px solid var(--card); }
.line a { display: block; overflow-wrap: anywhere; } .line p { margin: 0; color: var(--soft); font-size: 13px; }
nav { display: flex; flex-wrap: wrap; gap: 16px; align-items: center; justify-content: space-between; margin: 14px 0; color: var(--soft); }
.note { background: var(--warnbg); color: var(--warn); border-radius: 8px; padding: 8px 14px; margin: 0 0 14px; }
.empty { padding: 48px 20px; text-align: center; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: min(80vh, 900px); border: 0; display: block; background: var(--card); color-scheme: light dark; } pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
summary { cursor: pointer; padding: 12px 20px; }
@media (max-width: 640px) { .rows a { grid-template-columns: minmax(0, 1fr) auto; } .rows .subject { grid-column: 1 / -1; grid-row: 2; } form { margin: 0; flex: 1 1 100%; } input { flex: 1; max-width: none; } .people a { grid-template-columns: minmax(0, 1fr); gap: 2px; } .people .subject { grid-row: auto; } }
`;

/** A page; `view` is which of the two lists it belongs to. */
export function frame(
  title: string,
  body: string,
  { q = '', view }: { q?: string; view?: 'mail' | 'people' } = {},
): string {
  const link = (href: string, words: string, name: 'mail' | 'people') =>
    `<a href="${href}"${view === name ? ' aria-current="page"' : ''}>${words}</a>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${esc(title)} · Volley mailbox</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><header><strong class="name"><a href="/">Mailbox</a></strong><div class="views">${link('/', 'Mail', 'mail')}${link('/people', 'People', 'people')}</div><form action="/" role="search"><input type="search" name="q" value="${esc(q)}" placeholder="Address or subject" aria-label="Search"><button>Search</button></form></header>
<main>${body}</main></body></html>`;
}

export function esc(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** `08:12`, with the whole instant for machines; a day's heading stands above it. */
export function clock(at: number): string {
  const text = iso(at);
  return `<time datetime="${text}">${text.slice(11, 16)}</time>`;
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const SHORT = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });

/** In UTC, as everything here. */
export const dayOf = (at: number): string => DAY.format(at);
export const monthOf = (at: number): string => MONTH.format(at);
export const shortDay = (at: number): string => SHORT.format(at);

/** Runs of what has the same heading, in their order. */
export function grouped<Item>(items: readonly Item[], heading: (item: Item) => string): [string, Item[]][] {
  const groups: [string, Item[]][] = [];
  for (const item of items) {
    const name = heading(item);
    const last = groups.at(-1);
    if (last?.[0] === name) last[1].push(item);
    else groups.push([name, [item]]);
  }
  return groups;
}

export const count = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`;

/** One person's mail. */
export const personHref = (address: string): string => `/people/${encodeURIComponent(address)}`;
