/**
 * `POST /hooks/ses`: what the mail service says about messages, in any order, any number of times.
 * `Send` proves that a message was taken, and wakes nobody but a lead whose touch was given up; a bounce for good and a complaint end
 * all mail to the address; the rest is read and left.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { emailIdentity } from '../../core/scrub.ts';
import type { Instant } from '../../core/time.ts';
import { isProgram } from '../../email/clicks/hint.ts';
import { isWeb } from '../../email/clicks/token.ts';
import { parseSesEvents, type SesEvent } from '../../email/events.ts';
import { judgeAgain, recordClick } from '../../store/clicks.ts';
import { putInputs } from '../../store/inbox.ts';
import { findLeadIds } from '../../store/leads.ts';
import type { Db } from '../../store/schema.ts';
import { markAccepted, markDelivered, recordFeedback, type Touch, touchById } from '../../store/touches.ts';
import { transact } from '../../store/tx.ts';
import { sha256 } from '../../store/values.ts';
import { callerOf, openRoute, requireGrant } from '../auth.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { Problem } from '../problem/problem.ts';
import { json, problems, text } from '../schemas/common.ts';
import { suppressOnce } from '../suppress-once.ts';
import { nudge } from '../write.ts';
import { isSesHookToken } from './secret.ts';

const taken = z
  .object({
    events: z.number().int(),
    unknown: z.number().int().openapi({ description: 'About messages that are not from here.' }),
  })
  .openapi('SesEventsTaken');

export function sesHookRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  /**
   * SNS cannot send our header. Where its topics are named, its signature says who posts, and only it does: a
   * token in an address gets into logs. Else a token stands for a key of role integration.
   */
  const authorize: MiddlewareHandler<ApiEnv> = async (c, next) => {
    const token = c.req.query('token');
    const bySns = token !== undefined || c.req.header('x-amz-sns-message-type') !== undefined;
    if (deps.sns !== undefined && bySns) {
      await deps.sns.verify(bodyOf(await c.req.text()));
    } else if (token === undefined) requireGrant(await callerOf(deps, c.req.header('authorization')), 'hooks.ses');
    else if (!isSesHookToken(deps.config.secret, token)) throw new Problem('wrong-key', 'The token is not ours');
    await next();
  };

  const post = createRoute({
    ...openRoute,
    operationId: 'hooks.ses',
    security: [{ bearer: [] }, { hookToken: [] }],
    middleware: [...openRoute.middleware, authorize],
    method: 'post',
    path: '/hooks/ses',
    tags: ['Hooks'],
    summary: 'Events of the mail service',
    description:
      'Both of SES’s shapes, bare, in SNS or EventBridge envelopes. Authenticated by a key of role integration, by SNS’s signature over a topic of `VOLLEY_SNS_TOPICS` (version 2), or, without such topics, by the `token` in the address that `npm start` prints.',
    request: {
      query: z.object({ token: text(200).optional() }),
      body: {
        required: true,
        description: 'SNS says text/plain; any content type is read as JSON.',
        content: { 'text/plain': { schema: { type: 'object' } } },
      },
    },
    responses: { 200: json(taken, 'Taken.'), ...problems(400, 403, 413, 503) },
  });
  app.openapi(post, async (c) => {
    const body = bodyOf(await c.req.text());
    const events = parseSesEvents(body);
    const woken = new Set<string>();
    let unknown = 0;
    for (const event of events) {
      if (event.type === 'subscriptionConfirmation') {
        const { topicArn } = event;
        if (deps.sns === undefined) {
          deps.log.warn({ topicArn }, 'SNS asks to confirm a subscription: do it in the SNS console');
        } else {
          await deps.sns.verify(body);
          await deps.sns.confirm(event.subscribeUrl);
          deps.log.info({ topicArn }, 'the subscription of the topic is confirmed');
        }
        continue;
      }
      if (event.type === 'unsubscribeConfirmation') continue;
      if (event.noticeId !== undefined) {
        // Nobody's touch: what bounces here is one of our own people's addresses.
        if (event.type === 'bounce') deps.log.warn({ notice: event.noticeId }, 'a mail to a rep or manager bounced');
        continue;
      }
      const leads = await transact(deps.database.db, (tx) =>
        take(tx, event, { now: deps.clock.now(), publicUrl: deps.config.publicUrl }),
      );
      if (leads === null) unknown += 1;
      for (const id of leads ?? []) woken.add(id);
    }
    if (unknown > 0) deps.log.warn({ unknown }, 'events of the mail service about messages that are not from here');
    await nudge(deps, [...woken]);
    return c.json({ events: events.length, unknown }, 200);
  });
  return app;
}

function bodyOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Problem('broken-json', 'The body cannot be read as JSON', { cause });
  }
}

type Report = Exclude<SesEvent, { type: 'subscriptionConfirmation' | 'unsubscribeConfirmation' }>;

/** @returns the leads to nudge; null when the message is not from here. */
async function take(
  tx: Db,
  event: Report,
  { now, publicUrl }: { readonly now: Instant; readonly publicUrl: string },
): Promise<readonly string[] | null> {
  const { touchId } = event;
  switch (event.type) {
    case 'delivery': {
      const touch = touchId === undefined ? null : await markDelivered(tx, touchId, event.messageId, event.at);
      if (touch === null) return null;
      const proven = touch.state === 'unconfirmed' ? await prove(tx, touch, now) : [];
      return [...proven, ...(await judgeAgain(tx, touch, now))];
    }
    case 'send': {
      // A delivery proves as much as the Send event that may have been lost. A `sending` touch is
      // looked at when its lead wakes by itself; what was given up has nobody to look at it any more.
      const touch = touchId === undefined ? null : await markAccepted(tx, touchId, event.messageId, event.at);
      if (touch === null) return null;
      return touch.state === 'unconfirmed' ? prove(tx, touch, now) : [];
    }
    case 'bounce':
    case 'complaint': {
      const bounce = event.type === 'bounce';
      const detail = bounce ? event.kind : (event.feedback ?? '');
      const touch =
        touchId === undefined ? null : await recordFeedback(tx, { touchId, type: event.type, detail, at: event.at });
      const emails = touch?.toEmail ? [emailIdentity(touch.toEmail)] : await knownAmong(tx, event.recipients);
      if (touch === null && emails.length === 0) return null;
      // Not only the first report: a passing bounce may come before the one for good.
      if (bounce && !event.permanent) return [];
      const leads = new Set<string>();
      for (const email of emails) {
        const reason = bounce ? 'bounced' : 'complained';
        for (const id of await suppressOnce(tx, { email, reason, by: 'ses' }, now)) leads.add(id);
      }
      return [...leads];
    }
    case 'click': {
      if (touchId === undefined) return null;
      // Our own links are counted where they lead, whoever else has rewritten them too.
      if (event.link.startsWith(`${publicUrl}/`)) return (await touchById(tx, touchId)) === null ? null : [];
      if (!isWeb(event.link)) return [];
      const { at, link: url, messageId } = event;
      const id = `ses:${sha256(`${messageId} ${at} ${url}`).slice(0, 32)}`;
      const hint = isProgram(event.userAgent) ? ('user-agent' as const) : null;
      return recordClick(tx, { touch: touchId, id, url, at, hint }, now);
    }
    case 'open':
      return touchId === undefined ? null : opened(tx, touchId, event, now);
    default:
      return [];
  }
}

/** An image was loaded: by a person's mail program, or by one that loads it for everybody. Counts for nothing, once. */
async function opened(
  tx: Db,
  touchId: string,
  { at, userAgent }: Extract<Report, { type: 'open' }>,
  now: Instant,
): Promise<readonly string[] | null> {
  const touch = await touchById(tx, touchId);
  if (touch === null) return null;
  if (isProgram(userAgent)) return [];
  const { cadence, step } = touch;
  const body = { kind: 'signal' as const, type: 'email.opened', human: false, cadence, step };
  await putInputs(tx, [{ leadId: touch.leadId, key: `open:${touchId}`, at, body }], now);
  return [];
}

/** The proof of a touch that was parked, for its lead; the second one is no news. */
async function prove(tx: Db, touch: Touch, now: Instant): Promise<readonly string[]> {
  const { id, leadId, cadence, step, email, playbook, dueAt, decidedAt: sentAt } = touch;
  const body = { kind: 'touch.proven', touch: id, cadence, step, email, playbook, dueAt, sentAt } as const;
  const { accepted } = await putInputs(tx, [{ leadId, key: `proven:${id}`, at: now, body }], now);
  return accepted === 0 ? [] : [leadId];
}

/** Addresses of leads: the older shape of an event names no touch, and what bounced elsewhere is not ours to keep. */
async function knownAmong(tx: Db, recipients: readonly string[]): Promise<readonly string[]> {
  const emails = recipients.map(emailIdentity);
  const ids = await findLeadIds(
    tx,
    emails.map((email) => ({ email })),
  );
  return emails.filter((_, n) => ids[n] !== null);
}
