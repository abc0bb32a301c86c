/** Rewrites the links of a rendered email, so that a click passes by here; see docs/email.md, "Clicks". */
import { isWeb, LONGEST_URL, signClick } from './token.ts';

export interface LinkTracking {
  readonly secret: string;
  /** No slash at the end. */
  readonly publicUrl: string;
  readonly touch: string;
  /** Whether to add the link that only programs see. */
  readonly trap: boolean;
}

const ANCHOR = /<a\b(?:[^>"']|"[^"]*"|'[^']*')*>/gi;
const HREF = /(\shref\s*=\s*)(?:"([^"]*)"|'([^']*)')/i;
/** What an author says of a link that is to be left alone: in Markdown `[text](address "untracked")`. */
const UNTRACKED = /\s(?:title\s*=\s*(["'])untracked\1|data-track\s*=\s*(["'])(?:no|false|off)\2)/i;

/** The HTML with every link to the web led through `/c/`, but for those that say otherwise and our own. */
export function trackLinks(html: string, { secret, publicUrl, touch, trap }: LinkTracking): string {
  const through = (url: string): string => `${publicUrl}/c/${signClick(secret, { touch, url })}`;
  const tracked = html.replace(ANCHOR, (tag) => {
    if (UNTRACKED.test(tag)) return tag.replace(UNTRACKED, '');
    return tag.replace(HREF, (whole: string, before: string, double?: string, single?: string) => {
      const url = unescaped(double ?? single ?? '').trim();
      if (url.length > LONGEST_URL || !isWeb(url) || url.startsWith(`${publicUrl}/`)) return whole;
      return `${before}"${through(url)}"`;
    });
  });
  if (!trap) return tracked;
  // First, since programs go through the links in order; empty, so that no preview line begins with it.
  const hidden = `<a href="${through('')}" style="display:none" aria-hidden="true" tabindex="-1"></a>`;
  return tracked.replace(/<body\b[^>]*>/i, (body) => body + hidden);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name.toLowerCase()] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
