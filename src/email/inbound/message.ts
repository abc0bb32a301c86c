/** A message that came in, read from its RFC 822 text: what the classification looks at, bounded. */
import { simpleParser } from 'mailparser';
import { VolleyError } from '../../core/errors.ts';
import type { Instant } from '../../core/time.ts';

/** Largest message taken in, attachments included; bytes. */
export const INBOUND_MAX = 10_000_000;

export interface InboundMail {
  /** Without angle brackets, as all ids here. */
  readonly messageId: string | undefined;
  /** What it answers, the nearest first: In-Reply-To, then References from the last. */
  readonly answers: readonly string[];
  /** Lower case; undefined for the empty sender of bounces, or none that can be read. */
  readonly from: string | undefined;
  /** Every address it was sent or delivered to, lower case. */
  readonly to: readonly string[];
  readonly subject: string;
  /** When it was written, as it says itself. */
  readonly date: Instant | undefined;
  /** The sender's clock, minutes east of UTC. */
  readonly offset: number | undefined;
  /** Values of a header by its lower-case name, unfolded. */
  readonly header: (name: string) => readonly string[];
  readonly text: string;
  /** Parts that are reports, calendars or whole messages; the beginning of each. */
  readonly parts: readonly { readonly type: string; readonly text: string }[];
}

/** Characters read of the text, and of each part. */
const TEXT_MAX = 200_000;
const PART_MAX = 64_000;
const PARTS_MAX = 10;
const PART_TYPES = /^(?:message\/|text\/rfc822-headers|text\/calendar)/;
/** One of them has to be there: otherwise it is some file, and no message. */
const HEADERS = ['from', 'date', 'message-id', 'received', 'subject', 'return-path', 'to'];

/**
 * @throws VolleyError `bad-message` when the bytes are no message, or one made to be unreadable
 */
export async function readMessage(raw: Uint8Array): Promise<InboundMail> {
  const parsed = await simpleParser(Buffer.from(raw), {
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
    skipTextToHtml: true,
    skipImageLinks: true,
    maxHtmlLengthToParse: 1_000_000,
    maxHeadSize: 256_000,
    maxChildNodes: 200,
    checksumAlgo: false,
  }).catch((cause: unknown) => {
    throw new VolleyError('bad-message', 'The message cannot be read: its MIME structure or headers are too large', {
      cause,
    });
  });
  const headers = new Map<string, string[]>();
  for (const { key, line } of parsed.headerLines) {
    const value = storable(line.slice(line.indexOf(':') + 1))
      .replace(/\r?\n[ \t]+/g, ' ')
      .trim();
    headers.set(key, [...(headers.get(key) ?? []), value]);
  }
  if (!HEADERS.some((name) => headers.has(name))) {
    throw new VolleyError(
      'bad-message',
      `This is no message (RFC 5322): it has none of the headers ${HEADERS.join(', ')}`,
    );
  }
  const header = (name: string): readonly string[] => headers.get(name) ?? [];
  const written = header('date')[0];
  const date = written === undefined ? Number.NaN : Date.parse(written);
  return {
    messageId: idsIn(header('message-id'))[0],
    answers: [...new Set([...idsIn(header('in-reply-to')), ...idsIn(header('references')).toReversed()])].slice(0, 50),
    from: addressesIn(header('from'))[0],
    to: addressesIn(['to', 'cc', 'delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'].flatMap(header)),
    subject: storable((parsed.subject ?? '').slice(0, 1_000)),
    date: Number.isNaN(date) ? undefined : date,
    offset: offsetOf(written),
    header,
    text: storable((parsed.text ?? '').slice(0, TEXT_MAX)),
    parts: parsed.attachments
      .filter(({ contentType }) => PART_TYPES.test(contentType))
      .slice(0, PARTS_MAX)
      .map(({ contentType, content }) => ({
        type: contentType,
        text: storable(content.subarray(0, PART_MAX).toString('utf8')),
      })),
  };
}

/** Without what no text in Postgres may hold: NUL characters and halves of a surrogate pair. */
const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

/** `<a@b>` or, as some programs write it, bare. */
export function idsIn(values: readonly string[]): string[] {
  return values.flatMap((value) => {
    const marked = [...value.slice(0, 10_000).matchAll(/<([^<>\s]{1,500})>/g)].map(([, id]) => id ?? '');
    return marked.length > 0 ? marked : value.split(/\s+/).filter((id) => id.length <= 500 && id.includes('@'));
  });
}

/** Addresses alone, lower case, as many as anybody is written to at once. */
export function addressesIn(values: readonly string[]): string[] {
  const found = values.flatMap((value) => [
    ...value.slice(0, 20_000).matchAll(/[^\s<>"(),;:\\[\]@]{1,64}@[^\s<>"(),;:\\[\]@]{1,255}/g),
  ]);
  return [...new Set(found.map(([address]) => address.toLowerCase()))].slice(0, 100);
}

function offsetOf(written: string | undefined): number | undefined {
  const match = /\s([+-])(\d\d)(\d\d)\b/.exec(written ?? '');
  if (match === null) return undefined;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}
