/**
 * The mails to our own people: a row of the outbox says which, and what it says is read from the
 * store when it goes out. Nothing to say any more, nobody to say it to: nothing goes, and the row
 * keeps why. At least once: when nobody knows whether SES took a mail it goes again, under the same
 * id, since a rep told twice is better than one not told.
 */
import { z } from 'zod';
import type { Playbook } from '../core/playbook.ts';
import { backOffMs, SendRefused, SendRejected } from '../email/errors.ts';
import { composeNotice } from '../email/notice.ts';
import { createRenderer } from '../email/render.ts';
import { type Delivered, DeliveryError, type DeliveryHandler, handler } from '../outbox/handler.ts';
import type { Delivery } from '../store/outbox.ts';
import { mailDigest } from './digest.ts';
import type { Mailing, NoticeDeps } from './mailing.ts';
import { mailReport } from './report.ts';
import { mailNotices } from './tell.ts';

const mailSchema = z.discriminatedUnion('mail', [
  z.object({
    mail: z.literal('notices'),
    recipient: z.templateLiteral([z.enum(['rep', 'manager', 'team', 'address']), ':', z.string()]),
  }),
  z.object({ mail: z.literal('digest'), rep: z.string(), day: z.iso.date() }),
  z.object({
    mail: z.literal('meeting-report'),
    team: z.enum(['marketing', 'sales']),
    from: z.iso.datetime().transform(Date.parse),
    to: z.iso.datetime().transform(Date.parse),
  }),
]);

export const mailHandler = (deps: NoticeDeps): DeliveryHandler =>
  handler('mail', mailSchema, async (payload, row) => {
    const playbook = await deps.playbooks.current();
    return send(deps, row, playbook, await mailingOf(deps, playbook, payload, row.id));
  });

function mailingOf(
  deps: NoticeDeps,
  playbook: Playbook,
  payload: z.infer<typeof mailSchema>,
  mail: string,
): Promise<Mailing> {
  switch (payload.mail) {
    case 'notices':
      return mailNotices(deps, playbook, payload.recipient, mail);
    case 'digest':
      return mailDigest(deps, playbook, payload.rep, payload.day);
    case 'meeting-report':
      return mailReport(deps, playbook, payload.team, payload);
  }
}

async function send(deps: NoticeDeps, row: Delivery, playbook: Playbook, mailing: Mailing): Promise<Delivered> {
  if ('skip' in mailing) return { answer: `skipped: ${mailing.skip}` };
  const { to, content, thread, replyTo, attachments } = mailing;
  const company = createRenderer(playbook).companyAddress();
  const raw = await composeNotice({
    ...content,
    from: { name: `Volley for ${playbook.company.name}`, address: company.address },
    to: { name: to.name === to.id ? '' : to.name, address: to.id },
    replyTo,
    date: deps.clock.now(),
    id: `notice-${row.id}`,
    thread,
    ...(attachments === undefined ? {} : { attachments }),
  });
  try {
    const message = { raw, from: company.address, to: to.id, noticeId: row.id };
    return { answer: `sent: ${(await deps.sender.send(message)).messageId}` };
  } catch (cause) {
    if (cause instanceof SendRejected) throw new DeliveryError('giveUp', cause.code, cause.message, { cause });
    // The wait is real time; the outbox counts on the store's clock.
    const wait = cause instanceof SendRefused ? backOffMs(cause, row.attempts - 1) * deps.clock.anchor.factor : 0;
    const code = cause instanceof SendRefused ? cause.code : 'ambiguous';
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new DeliveryError('retry', code, words, { cause, afterMs: wait });
  }
}
