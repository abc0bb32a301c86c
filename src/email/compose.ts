/** Makes the raw MIME message that SES is given. SES itself overwrites Date and Message-ID and signs (DKIM). */
import MailComposer from 'nodemailer/lib/mail-composer';
import { VolleyError } from '../core/errors.ts';
import type { Instant } from '../core/time.ts';
import { type Address, headerAddress, headerText } from './headers.ts';

export interface ComposeInput {
  readonly from: Address;
  /** The lead's address and, if known, name. */
  readonly to: { readonly name?: string; readonly address: string };
  /** From `replyAddress`. */
  readonly replyTo: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** The lead's own `/u/{token}`. */
  readonly unsubscribeUrl: string;
  /** From `feedbackId`: by what Gmail counts complaints. */
  readonly feedbackId?: string;
  /** For programs that unsubscribe by mail; optional beside the link. */
  readonly unsubscribeMailto?: string;
  readonly date: Instant;
  /** Left side of the Message-ID. */
  readonly touchId: string;
  /** The messages it answers: of this thread, and with its subject. */
  readonly thread?: Thread | undefined;
}

/** RFC 5322 3.6.4; ids with their angle brackets. */
export interface Thread {
  readonly inReplyTo: string;
  /** From the first of the thread on. */
  readonly references: readonly string[];
  /** Mail programs put together only what has the same one. */
  readonly subject: string;
}

/** `reply+TOKEN@domain`; the token is from `signReplyToken`. */
export function replyAddress(token: string, replyDomain: string): string {
  return `reply+${token}@${replyDomain}`;
}

/**
 * The message in UTF-8, multipart/alternative.
 * @throws VolleyError `header-injection`, `bad-address` or `bad-unsubscribe-url`
 */
export async function compose(input: ComposeInput): Promise<Buffer> {
  const from = headerAddress('From', input.from);
  const to = headerAddress('To', { name: input.to.name ?? '', address: input.to.address });
  const replyTo = headerAddress('Reply-To', { name: from.name, address: input.replyTo });
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const message = new MailComposer({
    from,
    to,
    replyTo,
    subject: headerText('Subject', input.thread?.subject ?? input.subject),
    ...(input.thread && {
      inReplyTo: headerText('In-Reply-To', input.thread.inReplyTo),
      references: input.thread.references.map((id) => headerText('References', id)),
    }),
    date: new Date(input.date),
    messageId: `<${headerText('Message-ID', input.touchId)}@${domain}>`,
    text: crlf(input.text),
    html: crlf(input.html),
    headers: [
      { key: 'List-Unsubscribe', value: { prepared: true, value: listUnsubscribe(input) } },
      // RFC 8058: with it, the mail program may POST to the link by itself.
      { key: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
      ...(input.feedbackId === undefined
        ? []
        : [{ key: 'Feedback-ID', value: headerText('Feedback-ID', input.feedbackId) }]),
    ],
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return message.compile().build();
}

/** Part bodies go out as they are, and a bare LF may not (RFC 5322 2.3). */
function crlf(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n');
}

function listUnsubscribe({ unsubscribeUrl, unsubscribeMailto }: ComposeInput): string {
  // It cannot be folded, and a line of a message has at most 998 octets (RFC 5322 2.1.1).
  if (!/^https?:\/\/[!#-+\--;=?-~]{1,900}$/.test(unsubscribeUrl)) {
    throw new VolleyError('bad-unsubscribe-url', 'the unsubscribe link must be one http(s) address in ASCII');
  }
  const mailto =
    unsubscribeMailto === undefined
      ? undefined
      : headerAddress('List-Unsubscribe', { name: '', address: unsubscribeMailto });
  return [`<${unsubscribeUrl}>`, ...(mailto === undefined ? [] : [`<mailto:${mailto.address}>`])].join(', ');
}
