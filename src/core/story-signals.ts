/** What leads do, in words; a type that only one playbook knows is told by its name. */

const SIGNALS: Readonly<Record<string, string>> = {
  'email.opened': 'An email was opened',
  'reply.received': 'The lead replied',
  'email.clicked': 'The lead clicked a link',
  'demo.requested': 'The lead asks for a demo',
  'chat.started': 'The lead started a chat',
  'meeting.booked': 'The lead has a meeting booked',
  'meeting.rescheduled': 'The meeting is moved',
  'meeting.held': 'The meeting was held',
  'meeting.no-show': 'The lead did not come to the meeting',
  'meeting.cancelled': 'The meeting is called off',
  'review.given': 'The lead wrote a review',
  unsubscribed: 'The lead unsubscribed',
};

/** As the beginning of a sentence. */
export const signalWords = (type: string): string => SIGNALS[type] ?? `The lead did something: ${type}`;
