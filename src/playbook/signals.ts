/** Signals every playbook knows without listing them; unless it does, they are worth nothing. */

/** Volley's own events, and those any CRM or website has. */
export const BUILT_IN_SIGNALS = [
  'chat.started',
  'demo.requested',
  'email.clicked',
  'email.opened',
  'meeting.booked',
  'meeting.cancelled',
  'meeting.held',
  'meeting.no-show',
  'meeting.rescheduled',
  'reply.received',
  'review.given',
  'unsubscribed',
] as const;

/** What conditions may ask for, and nobody can post: it comes of itself. */
export const HEARD_SIGNALS = ['complained'] as const;
