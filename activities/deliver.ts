/** One touch out of the door: rendered, composed, sent once; and what came of it, in one of four words. */
import type { Clock } from '../src/clock.ts';
import type { TouchRequest } from '../src/core/decision.ts';
import { VolleyError } from '../src/core/errors.ts';
import type { Facts } from '../src/core/facts.ts';
import type { Company, Playbook } from '../src/core/playbook.ts';
import { trackLinks } from '../src/email/clicks/links.ts';
import { compose, replyAddress } from '../src/email/compose.ts';
import { backOffMs, SendRefused, SendRejected } from '../src/email/errors.ts';
import { feedbackId } from '../src/email/feedback-id.ts';
import type { MailSettings } from '../src/email/links.ts';
import { createRenderer } from '../src/email/render.ts';
import type { Sender } from '../src/email/sender.ts';
import { signReplyToken, signToken } from '../src/email/tokens.ts';
import type { Logger } from '../src/log.ts';
import type { Database } from '../src/store/db.ts';
import { threadOf } from './thread.ts';

export interface DeliverDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly sender: Sender;
  readonly mail: MailSettings;
  readonly log: Logger;
}

/** Marketing mail's links lead through here, unless the company wants none of it. */
function tracked(
  html: string,
  touch: TouchRequest,
  { tracking }: Company,
  { secret, publicUrl }: MailSettings,
): string {
  if (touch.purpose !== 'marketing' || tracking?.clicks === false) return html;
  return trackLinks(html, { secret, publicUrl, touch: touch.id, trap: tracking?.trap === true });
}

/** Who sends: the words are of the version the enrollment is pinned to, the company is today's. */
export interface Sending {
  readonly playbook: Playbook;
  readonly company: Company;
}

export type Delivery =
  | { readonly kind: 'accepted'; readonly messageId: string; readonly subject: string }
  /** SES surely has not taken it: the touch goes later. Real ms, growing with the refusals so far. */
  | { readonly kind: 'refused'; readonly detail: string; readonly retryAfterMs: (refusals: number) => number }
  /** SES surely has not taken it and never will. */
  | { readonly kind: 'failed'; readonly detail: string }
  /** It may have gone out: nothing is recorded, SES's `Send` event or the time to give up resolves it. */
  | { readonly kind: 'unknown' };

/** What the journal calls a touch whose email could not be made. */
const RENDER_FAILED = 'render-failed';

/** Never throws: a touch in `sending` must come to an end that is recorded. */
export async function deliver(touch: TouchRequest, facts: Facts, by: Sending, deps: DeliverDeps): Promise<Delivery> {
  const about = { leadId: facts.leadId, touchId: touch.id, cadence: touch.cadence, step: touch.step };
  let message: Awaited<ReturnType<typeof make>>;
  try {
    message = await make(touch, facts, by, deps).catch((error: unknown) => {
      // The check has made it in time: this process was held up, or the machine.
      if (error instanceof VolleyError && error.code === 'email-too-slow') return make(touch, facts, by, deps);
      throw error;
    });
  } catch (err) {
    deps.log.error({ ...about, err }, 'an email could not be made');
    return { kind: 'failed', detail: RENDER_FAILED };
  }
  try {
    const { messageId } = await deps.sender.send(message);
    return { kind: 'accepted', messageId, subject: message.subject };
  } catch (error) {
    if (error instanceof SendRefused) {
      deps.log.warn({ ...about, reason: error.code }, 'SES refused a touch; it goes later');
      return { kind: 'refused', detail: error.code, retryAfterMs: (refusals) => backOffMs(error, refusals) };
    }
    if (error instanceof SendRejected) {
      deps.log.warn({ ...about, reason: error.code }, 'SES rejected a touch');
      return { kind: 'failed', detail: error.code };
    }
    deps.log.warn({ ...about, err: error }, 'nobody knows whether a touch went; waiting for its Send event');
    return { kind: 'unknown' };
  }
}

async function make(
  touch: TouchRequest,
  facts: Facts,
  { playbook, company }: Sending,
  { clock, mail, sender, database, log }: DeliverDeps,
) {
  const { lead, leadId, custodian } = facts;
  const token = signToken(mail.secret, { leadId, purpose: touch.purpose, touch: touch.id });
  const unsubscribeUrl = `${mail.publicUrl}/u/${token}`;
  const render = (email: string) =>
    createRenderer(playbook).render(email, {
      purpose: touch.purpose,
      lead,
      rep: custodian,
      company,
      language: touch.language,
      unsubscribeUrl,
    });
  const rendered = render(touch.email);
  const thread = await threadOf(database.db, touch, playbook, {
    domain: sender.idDomain,
    subjectOf: (email) => render(email).subject,
  }).catch((err: unknown) => {
    // An email in a thread of its own is worth more than one that failed.
    log.warn({ leadId, touchId: touch.id, err }, 'the thread of an email could not be read');
    return undefined;
  });
  const raw = await compose({
    ...rendered,
    html: tracked(rendered.html, touch, company, mail),
    to: { name: [lead.firstName, lead.lastName].filter((part) => part !== '').join(' '), address: lead.email },
    replyTo: replyAddress(signReplyToken(mail.secret, leadId), company.replyDomain),
    unsubscribeUrl,
    feedbackId: feedbackId({
      cadence: touch.cadence,
      purpose: touch.purpose,
      email: touch.email,
      company: company.name,
      domain: rendered.from.address.replace(/^.*@/, ''),
    }),
    date: clock.now(),
    touchId: touch.id,
    thread,
  });
  const subject = thread?.subject ?? rendered.subject;
  const { cadence, purpose } = touch;
  return { raw, from: rendered.from.address, to: lead.email, touchId: touch.id, cadence, purpose, subject };
}
