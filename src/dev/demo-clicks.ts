/**
 * Links of the mail in the mailbox, followed as browsers and mail filters do it: by the signed address that the
 * message has. Sped up a thousandfold no rule of time finds a filter out, so these say what they are.
 */
import { fraction } from '../core/hash.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import { readMail } from './mailbox/view.ts';

export interface Followed {
  /** Links that people followed, and programs. */
  people: number;
  programs: number;
}

export interface Clicks {
  /** A person follows one of the links they see. False when the message has none that leads through here. */
  follow(messageId: string, reader: string): Promise<boolean>;
  /** A mail filter follows all there are, the one that nobody sees too. */
  scan(messageId: string): Promise<void>;
  readonly followed: Readonly<Followed>;
}

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
] as const;
const FILTER = 'Mozilla/5.0 (compatible; Barracuda Sentinel (EE))';

const ANCHOR = /<a\b[^>]*\shref="([^"]+\/c\/[^"]+)"[^>]*>/g;

interface Link {
  readonly url: string;
  readonly seen: boolean;
}

export function createClicks(mailbox: Mailbox): Clicks {
  const followed: Followed = { people: 0, programs: 0 };

  async function linksOf(messageId: string): Promise<Link[]> {
    const raw = await mailbox.raw(messageId);
    const { html = '' } = raw === null ? {} : await readMail(raw);
    return [...html.matchAll(ANCHOR)].map(([tag, url = '']) => ({ url, seen: !tag.includes('display:none') }));
  }

  async function request(url: string, userAgent: string): Promise<void> {
    const response = await fetch(url, { headers: { 'user-agent': userAgent }, redirect: 'manual' });
    await response.body?.cancel();
    if (response.status !== 302 && response.status !== 200) throw new Error(`a link answered ${response.status}`);
  }

  return {
    async follow(messageId, reader) {
      const links = (await linksOf(messageId)).filter(({ seen }) => seen);
      const link = links[Math.floor(fraction('link', messageId) * links.length)];
      if (link === undefined) return false;
      const browser = BROWSERS[Math.floor(fraction('browser', reader) * BROWSERS.length)] ?? BROWSERS[0];
      await request(link.url, browser);
      followed.people += 1;
      return true;
    },
    async scan(messageId) {
      for (const { url } of await linksOf(messageId)) {
        await request(url, FILTER);
        followed.programs += 1;
      }
    },
    followed,
  };
}

/** Of this many companies one has a filter that follows links. */
const FILTERED = 12;

/** Whether the lead's mail passes a filter that follows links: a matter of its company. */
export const isFiltered = (domain: string): boolean => fraction('filter', domain) < 1 / FILTERED;
