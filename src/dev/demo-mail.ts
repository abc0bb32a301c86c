/** Answers that example leads write by mail: to the message they got, as a mail program does it. */
import type { SignalAct } from '../core/actors.ts';
import { localDay } from '../core/calendar.ts';
import { DAY } from '../core/time.ts';
import type { MailboxMessage } from './mailbox/types.ts';

/** Whether the message itself says what kind of reply it is; a yes and a not-now are read by people. */
export const isMailed = ({ type, reply }: SignalAct): boolean =>
  type === 'reply.received' && reply !== 'positive' && reply !== 'not-now';

/** The reply as RFC 822 text. @param original the raw message it answers @param zone the lead's own */
export function replyTo(message: MailboxMessage, original: Buffer, act: SignalAct, zone: string): string {
  const headers =
    original
      .toString('latin1')
      .split(/\r?\n\r?\n/)[0]
      ?.replace(/\r?\n[ \t]+/g, ' ') ?? '';
  const header = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1]?.trim() ?? '';
  const automatic = act.reply !== undefined;
  return [
    `From: ${message.to[0] ?? ''}`,
    `To: ${header('Reply-To')}`,
    `Subject: Re: ${header('Subject').replace(/^re: /i, '')}`,
    `Date: ${new Date(act.at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${message.id}.${act.reply ?? 'own'}.${act.at}@leads.example>`,
    `In-Reply-To: ${header('Message-ID')}`,
    `References: ${[header('References'), header('Message-ID')].filter((one) => one !== '').join(' ')}`,
    ...(automatic ? ['Auto-Submitted: auto-replied'] : []),
    'Content-Type: text/plain; charset=utf-8',
    '',
    textOf(act, zone),
    '',
    ...(automatic ? [] : ['Best regards', '', `> ${message.subject}`]),
  ].join('\r\n');
}

function textOf({ reply, until }: SignalAct, zone: string): string {
  if (reply === undefined) return 'Thank you, I read it. Whom should I talk to about the details?';
  if (reply !== 'out-of-office') return 'We have received your message, and will answer within three working days.';
  if (until === undefined) return 'I am out of the office and will answer on my return.';
  const day = new Date(localDay(zone, until) * DAY).toISOString().slice(0, 10);
  return `I am out of the office and will be back on ${day}.`;
}
