/**
 * Reads what SES reports about a message. It comes in two shapes, `eventType` (event publishing) and
 * `notificationType` (identity feedback), each bare, in an SNS envelope, in an EventBridge envelope, or
 * several in an array.
 */
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';
import type { Instant } from '../core/time.ts';
import { type BounceMeaning, MEANINGS, sesBounceMeans } from './bounce.ts';

export type SesEventType =
  | 'send'
  | 'delivery'
  | 'bounce'
  | 'complaint'
  | 'reject'
  | 'open'
  | 'click'
  | 'renderingFailure'
  | 'deliveryDelay'
  | 'subscription';

interface Reported {
  /** SES's id of the message. */
  readonly messageId: string;
  /** From the tag `touch`; the `notificationType` shape carries tags only with the headers. */
  readonly touchId?: string;
  /** From the tag `notice`: a mail to our own people. */
  readonly noticeId?: string;
  /** When it happened, epoch ms. */
  readonly at: Instant;
  /** When SES took the message, epoch ms. */
  readonly sentAt: Instant;
  /** Addresses it is about, as SES writes them. */
  readonly recipients: readonly string[];
}

export type SesEvent =
  | (Reported & { readonly type: 'send' | 'delivery' | 'renderingFailure' | 'deliveryDelay' | 'subscription' })
  | (Reported & {
      readonly type: 'bounce';
      readonly means: BounceMeaning;
      /** SES's `bounceType/bounceSubType`, e.g. `Permanent/General`, and the status if there is one. */
      readonly kind: string;
      readonly diagnostic?: string;
    })
  | (Reported & {
      readonly type: 'complaint';
      /** IANA's `abuse`, `auth-failure`, `fraud`, `not-spam`, `other`, `virus`. */
      readonly feedback?: string;
    })
  | (Reported & { readonly type: 'reject'; readonly reason: string })
  | (Reported & { readonly type: 'open'; readonly userAgent?: string; readonly ip?: string })
  | (Reported & { readonly type: 'click'; readonly link: string; readonly userAgent?: string; readonly ip?: string })
  /** SNS asks whether the topic may post here: GET `subscribeUrl` to agree, after its signature was checked. */
  | {
      readonly type: 'subscriptionConfirmation';
      readonly topicArn: string;
      readonly subscribeUrl: string;
      readonly token: string;
    }
  | { readonly type: 'unsubscribeConfirmation'; readonly topicArn: string };

const NAMES: Readonly<Record<string, SesEventType>> = {
  Send: 'send',
  Delivery: 'delivery',
  Bounce: 'bounce',
  Complaint: 'complaint',
  Reject: 'reject',
  Open: 'open',
  Click: 'click',
  'Rendering Failure': 'renderingFailure',
  DeliveryDelay: 'deliveryDelay',
  Subscription: 'subscription',
};

const time = z.string().transform((text, ctx) => {
  const at = Date.parse(text);
  if (Number.isNaN(at)) ctx.addIssue({ code: 'custom', message: 'expected an ISO 8601 time' });
  return at;
});
const stamp = z.looseObject({ timestamp: time.optional() });
const recipient = z.looseObject({
  emailAddress: z.string(),
  status: z.string().optional(),
  diagnosticCode: z.string().optional(),
});
const reader = { ipAddress: z.string().optional(), userAgent: z.string().optional() };

const reportSchema = z.looseObject({
  eventType: z.string().optional(),
  notificationType: z.string().optional(),
  mail: z.looseObject({
    timestamp: time,
    messageId: z.string().min(1),
    destination: z.array(z.string()).default([]),
    tags: z.record(z.string(), z.array(z.string())).optional(),
    headers: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional(),
  }),
  bounce: stamp
    .extend({ bounceType: z.string(), bounceSubType: z.string().default(''), bouncedRecipients: z.array(recipient) })
    .optional(),
  complaint: stamp
    .extend({ complainedRecipients: z.array(recipient), complaintFeedbackType: z.string().nullish() })
    .optional(),
  delivery: stamp.extend({ recipients: z.array(z.string()).optional() }).optional(),
  reject: z.looseObject({ reason: z.string().default('') }).optional(),
  open: stamp.extend(reader).optional(),
  click: stamp.extend({ ...reader, link: z.string() }).optional(),
  deliveryDelay: stamp.extend({ delayedRecipients: z.array(recipient).optional() }).optional(),
  subscription: stamp.optional(),
});
type Report = z.infer<typeof reportSchema>;

const snsSchema = z.discriminatedUnion('Type', [
  z.looseObject({ Type: z.literal('Notification'), Message: z.string() }),
  z.looseObject({
    Type: z.literal('SubscriptionConfirmation'),
    TopicArn: z.string(),
    SubscribeURL: z.url({ protocol: /^https$/ }),
    Token: z.string(),
  }),
  z.looseObject({ Type: z.literal('UnsubscribeConfirmation'), TopicArn: z.string() }),
]);
const eventBridgeSchema = z.looseObject({ 'detail-type': z.string(), detail: z.unknown() });

/**
 * The events in a posted body, in its order; none for the greeting SES sends to a new topic. The caller has
 * already checked who posted it.
 * @throws VolleyError `bad-ses-event` when it is nothing SES sends, or a type unknown here
 */
export function parseSesEvents(body: unknown): SesEvent[] {
  if (Array.isArray(body)) return body.flatMap((one: unknown) => parseOne(one));
  return parseOne(body);
}

function parseOne(body: unknown): SesEvent[] {
  if (has(body, 'Type')) return parseSns(body);
  const report = has(body, 'detail-type') ? read(eventBridgeSchema, body).detail : body;
  return [toEvent(read(reportSchema, report))];
}

function parseSns(body: unknown): SesEvent[] {
  const sns = read(snsSchema, body);
  if (sns.Type === 'SubscriptionConfirmation') {
    const { TopicArn: topicArn, SubscribeURL: subscribeUrl, Token: token } = sns;
    return [{ type: 'subscriptionConfirmation', topicArn, subscribeUrl, token }];
  }
  if (sns.Type === 'UnsubscribeConfirmation') return [{ type: 'unsubscribeConfirmation', topicArn: sns.TopicArn }];
  if (/^Successfully validated SNS topic/.test(sns.Message)) return [];
  let message: unknown;
  try {
    message = JSON.parse(sns.Message);
  } catch (cause) {
    throw new VolleyError('bad-ses-event', 'the Message of the SNS notification is no JSON', { cause });
  }
  return [toEvent(read(reportSchema, message))];
}

function toEvent(report: Report): SesEvent {
  const name = report.eventType ?? report.notificationType ?? '';
  const type = NAMES[name];
  const { bounce, complaint, click, mail } = report;
  const touchId = tagOf(mail, 'touch');
  const noticeId = tagOf(mail, 'notice');
  const reported = (at: Instant | undefined, recipients: readonly string[] | undefined): Reported => ({
    messageId: mail.messageId,
    at: at ?? mail.timestamp,
    sentAt: mail.timestamp,
    recipients: recipients ?? mail.destination,
    ...(touchId === undefined ? {} : { touchId }),
    ...(noticeId === undefined ? {} : { noticeId }),
  });
  switch (type) {
    case 'send':
    case 'renderingFailure':
      return { type, ...reported(undefined, undefined) };
    case 'subscription':
      return { type, ...reported(report.subscription?.timestamp, undefined) };
    case 'delivery':
      return { type, ...reported(report.delivery?.timestamp, report.delivery?.recipients) };
    case 'deliveryDelay':
      return { type, ...reported(report.deliveryDelay?.timestamp, addresses(report.deliveryDelay?.delayedRecipients)) };
    case 'reject':
      return { type, ...reported(undefined, undefined), reason: report.reject?.reason ?? '' };
    case 'open':
      return { type, ...reported(report.open?.timestamp, undefined), ...readerOf(report.open) };
    case 'click':
      if (click === undefined) break;
      return { type, ...reported(click.timestamp, undefined), link: click.link, ...readerOf(click) };
    case 'complaint':
      if (complaint === undefined) break;
      return {
        type,
        ...reported(complaint.timestamp, addresses(complaint.complainedRecipients)),
        ...(complaint.complaintFeedbackType ? { feedback: complaint.complaintFeedbackType } : {}),
      };
    case 'bounce': {
      if (bounce === undefined) break;
      const { bounceType, bounceSubType, bouncedRecipients } = bounce;
      const told = bouncedRecipients.map(({ status = '', diagnosticCode = '' }) => ({
        status,
        diagnosticCode,
        means: sesBounceMeans(bounceType, bounceSubType, status, diagnosticCode),
      }));
      // Without a recipient the bounce is still one of its type.
      const means =
        MEANINGS.find((one) => told.some((recipient) => recipient.means === one)) ??
        sesBounceMeans(bounceType, bounceSubType, '', '');
      const status = told.find((one) => one.status !== '')?.status;
      const diagnostic = told.find((one) => one.diagnosticCode !== '')?.diagnosticCode;
      return {
        type,
        ...reported(bounce.timestamp, addresses(bounce.bouncedRecipients)),
        means,
        kind: `${bounceType}/${bounceSubType}${status === undefined ? '' : ` ${status}`}`,
        ...(diagnostic === undefined ? {} : { diagnostic }),
      };
    }
    case undefined:
      throw new VolleyError('bad-ses-event', `unknown SES event type ${JSON.stringify(name)}`);
  }
  throw new VolleyError('bad-ses-event', `the SES event ${name} lacks its details`);
}

/** The header is what the API's Tags become on the wire, and all of them the older shape has. */
function tagOf(mail: Report['mail'], name: 'touch' | 'notice'): string | undefined {
  const tag = mail.tags?.[name]?.[0];
  if (tag !== undefined) return tag;
  const header = mail.headers?.find(({ name }) => name.toLowerCase() === 'x-ses-message-tags')?.value;
  return header === undefined ? undefined : new RegExp(`(?:^|,)\\s*${name}=([A-Za-z0-9_-]+)`).exec(header)?.[1];
}

function addresses(recipients: readonly { readonly emailAddress: string }[] | undefined): string[] | undefined {
  return recipients?.map(({ emailAddress }) => emailAddress);
}

function readerOf(from: { ipAddress?: string | undefined; userAgent?: string | undefined } | undefined) {
  return {
    ...(from?.userAgent === undefined ? {} : { userAgent: from.userAgent }),
    ...(from?.ipAddress === undefined ? {} : { ip: from.ipAddress }),
  };
}

function has(body: unknown, key: string): boolean {
  return typeof body === 'object' && body !== null && key in body;
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new VolleyError('bad-ses-event', `not an SES event: ${faultOf(result.error)}`);
}

const FAULTS_TOLD = 3;

/** What is wrong with it, in one line: `mail.messageId: must be text`. */
function faultOf({ issues }: z.ZodError): string {
  const told = issues.slice(0, FAULTS_TOLD).map((issue) => {
    const path = issue.path.join('.');
    return `${path === '' ? 'it' : `\`${path}\``} ${issue.message}`;
  });
  const more = issues.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
