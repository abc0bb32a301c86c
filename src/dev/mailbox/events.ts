/** The events SES would publish about a message, in its `eventType` shape. */
import { iso } from '../../core/time.ts';
import type { Head } from './log.ts';

export interface SesEventJson {
  readonly eventType: 'Send' | 'Delivery' | 'Bounce' | 'Complaint';
  readonly mail: Readonly<Record<string, unknown>>;
  readonly [detail: string]: unknown;
}

export type Fate = 'delivery' | 'permanentBounce' | 'transientBounce' | 'complaint';

/**
 * What becomes of a message, by its recipient, as with SES's mailbox simulator: at a domain that starts
 * with `simulator.`, `bounce…`, `softbounce…` and `complaint…` (also with `+label`) meet theirs.
 */
export function fateOf(head: Head): Fate {
  const [local = '', domain = ''] = (head.to[0] ?? '').toLowerCase().split('@');
  if (!domain.startsWith('simulator.')) return 'delivery';
  if (local.startsWith('softbounce')) return 'transientBounce';
  if (local.startsWith('bounce')) return 'permanentBounce';
  return local.startsWith('complaint') ? 'complaint' : 'delivery';
}

/** All events of an accepted message, in the order SES sends them. */
export function eventsOf(head: Head): SesEventJson[] {
  const fate = fateOf(head);
  const send: SesEventJson = { eventType: 'Send', mail: mailOf(head), send: {} };
  if (fate === 'permanentBounce' || fate === 'transientBounce')
    return [send, bounceEvent(head, fate === 'permanentBounce', head.at)];
  const delivery: SesEventJson = {
    eventType: 'Delivery',
    mail: mailOf(head),
    delivery: {
      timestamp: iso(head.at),
      processingTimeMillis: 5,
      recipients: head.to,
      smtpResponse: '250 2.0.0 kept by the mailbox',
      reportingMTA: 'mailbox.localhost',
    },
  };
  return fate === 'complaint' ? [send, delivery, complaintEvent(head, head.at)] : [send, delivery];
}

export function bounceEvent(head: Head, permanent: boolean, at: number): SesEventJson {
  return {
    eventType: 'Bounce',
    mail: mailOf(head),
    bounce: {
      bounceType: permanent ? 'Permanent' : 'Transient',
      bounceSubType: 'General',
      bouncedRecipients: head.to.map((emailAddress) => ({
        emailAddress,
        action: 'failed',
        status: permanent ? '5.1.1' : '4.4.7',
        diagnosticCode: permanent ? 'smtp; 550 5.1.1 user unknown' : 'smtp; 421 4.4.7 try again later',
      })),
      timestamp: iso(at),
      feedbackId: `feedback-${head.id}`,
      reportingMTA: 'dsn; mailbox.localhost',
    },
  };
}

export function complaintEvent(head: Head, at: number): SesEventJson {
  return {
    eventType: 'Complaint',
    mail: mailOf(head),
    complaint: {
      complainedRecipients: head.to.map((emailAddress) => ({ emailAddress })),
      timestamp: iso(at),
      feedbackId: `feedback-${head.id}`,
      complaintSubType: null,
      complaintFeedbackType: 'abuse',
      userAgent: 'mailbox',
    },
  };
}

function mailOf(head: Head): Record<string, unknown> {
  const tags = Object.fromEntries(Object.entries(head.tags).map(([name, value]) => [name, [value]]));
  return {
    timestamp: iso(head.at),
    source: head.from,
    sendingAccountId: '000000000000',
    messageId: head.id,
    destination: head.to,
    headersTruncated: false,
    commonHeaders: { from: [head.from], to: head.to, subject: head.subject, messageId: head.id },
    tags: head.configurationSet === undefined ? tags : { ...tags, 'ses:configuration-set': [head.configurationSet] },
  };
}
