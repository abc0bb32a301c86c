/**
 * One touch out of the door: made ready while its decision is still open (rendered, composed, signed, its request on
 * the way but for the last byte), sent once after the commit; and what came of it, in one of four words.
 */
import type { Clock } from '../src/clock.ts';
import type { TouchRequest } from '../src/core/decision.ts';
import { VolleyError } from '../src/core/errors.ts';
import type { Facts } from '../src/core/facts.ts';
import type { Company, Playbook } from '../src/core/playbook.ts';
import { trackLinks } from '../src/email/clicks/links.ts';
import { compose, replyAddress, type Thread } from '../src/email/compose.ts';
import type { Reservation } from '../src/email/connections.ts';
import type { Edited } from '../src/email/edited.ts';
import { backOffMs, notSent, SendRefused, SendRejected } from '../src/email/errors.ts';
import { feedbackId } from '../src/email/feedback-id.ts';
import type { MailSettings } from '../src/email/links.ts';
import { createRenderer } from '../src/email/render.ts';
import type { Sender } from '../src/email/sender.ts';
import { signReplyToken, signToken } from '../src/email/tokens.ts';
import type { Logger } from '../src/log.ts';
import type { Db } from '../src/store/db.ts';
import { draftOfTask } from '../src/store/tasks.ts';
import { threadOf } from './thread.ts';

export interface DeliverDeps {
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

type NotSent = Extract<Delivery, { kind: 'refused' | 'failed' }>;

/** A message that goes with one write; or why it will not, known before anything went out. */
export type Made =
  | {
      readonly kind: 'ready';
      /** Sends in this turn of the event loop; never rejects: a touch in `sending` must come to an end that is recorded. */
      send(): Promise<Delivery>;
      abandon(): void;
    }
  | NotSent;

/**
 * Makes the message in the transaction that decides about it: nothing but processor time, and a statement where the
 * email goes on in a thread.
 * @throws the database's errors
 */
export async function makeReady(
  tx: Db,
  touch: TouchRequest,
  facts: Facts,
  by: Sending,
  { deps, line }: { readonly deps: DeliverDeps; readonly line: Line | undefined },
): Promise<Made> {
  const about = { leadId: facts.leadId, touchId: touch.id, cadence: touch.cadence, step: touch.step };
  if (line !== undefined && line.kind !== 'open') return line;
  const thread = await threadFor(tx, touch, facts, by, deps);
  const edited = touch.draft === undefined ? undefined : await draftOfTask(tx, touch.draft);
  if (edited === null) {
    deps.log.error(about, 'what a rep has written for an email is gone; what it stood in for does not go');
    return { kind: 'failed', detail: RENDER_FAILED };
  }
  const words = { thread, edited };
  let message: Awaited<ReturnType<typeof make>>;
  try {
    message = await make(touch, facts, by, deps, words).catch((error: unknown) => {
      // The check has made it in time: this process was held up, or the machine.
      if (error instanceof VolleyError && error.code === 'email-too-slow') return make(touch, facts, by, deps, words);
      throw error;
    });
  } catch (err) {
    deps.log.error({ ...about, err }, 'an email could not be made');
    return { kind: 'failed', detail: RENDER_FAILED };
  }
  const { subject } = message;
  try {
    const prepared = await deps.sender.prepare(message, line?.reserved);
    return {
      kind: 'ready',
      send: () =>
        prepared.send().then(
          ({ messageId }) => ({ kind: 'accepted', messageId, subject }),
          (error) => endOf(error, about, deps.log),
        ),
      abandon: () => prepared.abandon(),
    };
  } catch (error) {
    return notSentBy(error, about, deps.log);
  }
}

/** What a send needs, or why it is not to be had: then no touch goes now. */
export type Line = { readonly kind: 'open'; readonly reserved: Reservation } | NotSent;

/** Reserves what a send needs before the transaction that decides about it begins. Never rejects. */
export async function openLine(leadId: string, { sender, log }: Pick<DeliverDeps, 'sender' | 'log'>): Promise<Line> {
  try {
    return { kind: 'open', reserved: await sender.reserve() };
  } catch (error) {
    return notSentBy(error, { leadId }, log);
  }
}

type About = Readonly<Record<string, string>>;

/** How a send ended whose request was whole. */
function endOf(error: unknown, about: About, log: Logger): Delivery {
  if (error instanceof SendRefused || error instanceof SendRejected) return notSentBy(error, about, log);
  log.warn({ ...about, err: error }, 'nobody knows whether a touch went; waiting for its Send event');
  return { kind: 'unknown' };
}

/** Why nothing went out. */
function notSentBy(thrown: unknown, about: About, log: Logger): NotSent {
  const error = notSent(thrown);
  const detail = error.code;
  if (error instanceof SendRejected) {
    log.warn({ ...about, reason: detail }, 'SES rejected a touch');
    return { kind: 'failed', detail };
  }
  log.warn({ ...about, reason: detail }, 'SES refused a touch; it goes later');
  return { kind: 'refused', detail, retryAfterMs: (refusals) => backOffMs(error, refusals) };
}

/** What an email is rendered with, by its id. */
function rendererFor(touch: TouchRequest, facts: Facts, { playbook, company }: Sending, { mail }: DeliverDeps) {
  const { lead, leadId, custodian } = facts;
  const token = signToken(mail.secret, { leadId, purpose: touch.purpose, touch: touch.id });
  const unsubscribeUrl = `${mail.publicUrl}/u/${token}`;
  const render = (email: string, edited?: Edited) =>
    createRenderer(playbook).render(email, {
      edited,
      purpose: touch.purpose,
      lead,
      rep: custodian,
      company,
      language: touch.language,
      unsubscribeUrl,
    });
  return { render, unsubscribeUrl };
}

async function threadFor(tx: Db, touch: TouchRequest, facts: Facts, by: Sending, deps: DeliverDeps) {
  const { render } = rendererFor(touch, facts, by, deps);
  return threadOf(tx, touch, by.playbook, {
    domain: deps.sender.idDomain,
    subjectOf(email) {
      try {
        return render(email).subject;
      } catch (err) {
        // An email in a thread without a subject is worth more than one that failed.
        deps.log.warn({ leadId: facts.leadId, touchId: touch.id, err }, 'the subject of a thread could not be made');
        return '';
      }
    },
  });
}

async function make(
  touch: TouchRequest,
  facts: Facts,
  by: Sending,
  deps: DeliverDeps,
  { thread, edited }: { readonly thread: Thread | undefined; readonly edited: Edited | undefined },
) {
  const { lead, leadId } = facts;
  const { company } = by;
  const { clock, mail } = deps;
  const { render, unsubscribeUrl } = rendererFor(touch, facts, by, deps);
  const rendered = render(touch.email, edited);
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
