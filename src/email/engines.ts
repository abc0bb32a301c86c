/** The two Liquid engines of email: one whose values are escaped for HTML, one for plain text. */
import type { Liquid } from 'liquidjs';
import { createLiquid } from '../playbook/liquid.ts';
import { AFTER_SPACE_FILTER, afterSpace } from './close-up.ts';
import { escapeMarkdown } from './edited.ts';
import { HREF_FILTER, MEND_FILTER, PLAIN_FILTER } from './inert.ts';
import { mendHtml } from './mend.ts';

export interface Engines {
  readonly html: Liquid;
  readonly plain: Liquid;
  /** Markdown that a rep goes on writing. */
  readonly markdown: Liquid;
}

export function createEngines(): Engines {
  const html = createLiquid({ outputEscape: escapeHtml });
  // Not reachable from a playbook: its check knows only the allowed filters.
  html.registerFilter(PLAIN_FILTER, { raw: true, handler: (value: unknown) => value });
  html.registerFilter(HREF_FILTER, { raw: true, handler: (value: unknown) => escapeHtml(safeHref(value)) });
  html.registerFilter(MEND_FILTER, { raw: true, handler: (value: unknown) => mendHtml(String(value ?? '')) });
  const plain = createLiquid();
  const markdown = createLiquid({ outputEscape: escapeMarkdown });
  markdown.registerFilter(HREF_FILTER, { raw: true, handler: (value: unknown) => markdownHref(safeHref(value)) });
  for (const engine of [html, plain, markdown]) engine.registerFilter(AFTER_SPACE_FILTER, afterSpace);
  return { html, plain, markdown };
}

export function escapeHtml(value: unknown): string {
  if (value === null || value === undefined) return '';
  return String(value).replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** Nothing in it ends the link. */
const markdownHref = (href: string): string =>
  href.replace(/[()<>"'\\]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Web and mail addresses go through; a bare host is taken for https; anything else leads nowhere. */
function safeHref(value: unknown): string {
  const text = String(value ?? '').trim();
  if (/^(https?:\/\/|mailto:)[^\s]+$/i.test(text)) return text;
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[^\s]*)?$/i.test(text) ? `https://${text}` : '#';
}
