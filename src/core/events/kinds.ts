/**
 * What other systems can be told: each event with a sentence and what is in it. Ids, codes and
 * times only; nothing that somebody wrote, no name and no address of a lead. Whoever may know more
 * asks the API by the ids.
 */
import { z } from 'zod';

const text = z.string();
const textOrNone = z.string().nullable();
const time = z.iso.datetime();

/** Of every event but `webhook.test`, `sending.stopped`, and `lead.erased`, whose journal is gone. */
export const aboutLead = {
  lead: z.uuid().describe('Id of the lead.'),
  seq: z
    .number()
    .int()
    .describe('Position in the lead’s journal. Events of a lead arrive in any order: this is theirs.'),
  reason: textOrNone.describe('Why, as a stable code of the journal.'),
  by: text.describe('A rep’s or key’s id, `rule`, `clock` or `lead`.'),
};
const place = { cadence: textOrNone, step: textOrNone };

const kind = <S extends z.ZodRawShape>(is: string, shape: S) => ({
  is,
  data: z.strictObject({ ...aboutLead, ...shape }),
});

export const EVENTS = {
  'task.opened': kind('Work for a rep: a handoff to answer, a call to make.', {
    ...place,
    task: text,
    kind: text.describe('`handoff`, or the kind the cadence gives it.'),
    assignee: textOrNone.describe('The rep’s email; null while it waits in the pool.'),
    pool: textOrNone,
    dueAt: time,
  }),
  'task.due': kind('The due time of an open task has come, or a reminder before it.', {
    task: text,
    because: z.enum(['due', 'reminder']),
    dueAt: time,
  }),
  'task.closed': kind('A task needs nobody’s answer any more.', {
    ...place,
    task: text,
    how: z.enum(['accepted', 'rejected', 'completed', 'skipped', 'expired', 'cancelled']),
    disposition: textOrNone,
  }),
  'task.reassigned': kind('An open task went to another rep: by a manager, or up the ladder of its SLA.', {
    task: text,
    to: text,
  }),
  'task.reopened': kind('A task that was closed by mistake is open again.', { task: text, dueAt: time.nullable() }),
  'lead.handed-off': kind('The lead is offered to sales.', {
    ...place,
    handoff: text,
    pool: text,
    rep: textOrNone,
    acceptBy: time,
  }),
  'lead.accepted': kind('A rep (`by`) took the offer.', { handoff: textOrNone }),
  'lead.returned': kind('Sales gave the lead back: the offer was rejected, or the lead came back later.', {
    how: z.enum(['rejected', 'returned']),
    returnReason: text.describe('One of the playbook’s `returns`.'),
    until: time.nullable(),
  }),
  'lead.assigned': kind('The lead changed hands inside sales.', { from: textOrNone, to: text }),
  'lead.expired': kind('Nothing was heard of the lead for the agreed time.', {}),
  'lead.revived': kind('An expired or disqualified lead is back.', {}),
  'lead.disqualified': kind('Nobody contacts the lead again.', {}),
  'lead.suppressed': kind('The lead may not be mailed, called or chatted with any more.', {
    purpose: textOrNone.describe('Null: for any purpose.'),
    channel: textOrNone.describe('`phone` or `chat`; null: mail.'),
  }),
  'lead.preferences-changed': kind('The lead chose on its preference page.', {
    declined: textOrNone.describe('Topics it wants no emails about any more, with commas between.'),
    wanted: textOrNone.describe('Topics it wants emails about again.'),
    pausedUntil: time.nullable().describe('No emails of marketing until then.'),
    subscribed: textOrNone.describe('Purposes it had left and takes emails for again.'),
  }),
  'lead.consent-given': kind('A consent was recorded: by a call, an import or the person.', {
    purpose: text,
    expires: time.nullable(),
  }),
  'lead.consent-withdrawn': kind('The person took a consent back: nothing goes out for this purpose.', {
    purpose: text,
  }),
  'lead.objected': kind('The person objects to marketing: nobody contacts them for that again.', {}),
  'lead.merged': kind('Two leads were one person: `from` goes on as this lead.', { from: text }),
  'lead.erased': {
    is: 'The person asked to be erased, and is gone here: erase what you keep of them. Nothing can be asked by these ids any more.',
    data: z.strictObject({
      lead: aboutLead.lead,
      merged: z.array(z.uuid()).describe('Ids of leads that had been merged into this one: the same person.'),
      by: text.describe('A key’s id.'),
      requestedAt: time,
    }),
  },
  'sending.stopped': {
    is: 'Sending stopped by itself: too many of the last messages bounced or were complained about.',
    data: z.strictObject({
      senders: z.array(z.enum(['marketing', 'sales'])).describe('Whose mail waits until somebody resumes it.'),
      why: text.describe('What was counted.'),
    }),
  },
  'lead.moved': kind('The person works at another company now.', {}),
  'lead.stage-changed': kind('The customer is somewhere else.', { from: text, to: text }),
  'lead.custody-changed': kind('Somebody else has the next move.', {
    from: text,
    to: text.describe('`marketing`, `sales` or `nobody`.'),
    rep: textOrNone,
  }),
  'lead.label-gained': kind('A definition of the playbook turned true.', { label: text }),
  'sla.breached': kind('A team broke the agreement.', {
    clock: text.describe('`accept`, `firstTouch` or `resume`.'),
    team: text,
    handoff: textOrNone,
    rep: textOrNone,
  }),
  'touch.sent': kind('The mail service took an email.', { ...place, touch: text, email: text }),
  'touch.skipped': kind('An email does not go, and the cadence goes on.', { ...place, touch: text, email: text }),
  'touch.failed': kind('An email was refused for good.', { ...place, touch: text, email: text }),
  'touch.unconfirmed': kind('Nobody knows whether an email went; it is not sent again.', {
    ...place,
    touch: text,
    email: text,
  }),
  'cadence.webhook': kind('A step `webhook` of a cadence.', {
    cadence: text,
    step: text,
    name: text.describe('What the step calls it.'),
    with: z.record(text, z.union([text, z.number(), z.boolean()])).describe('The step’s `data`.'),
  }),
  'enrollment.started': kind('The lead entered a cadence.', { cadence: text, enrollment: text }),
  'enrollment.ended': kind('The lead left a cadence.', {
    cadence: text,
    enrollment: text,
    state: text.describe('`met`, `exited`, `ended`, `replaced` or `stopped`.'),
  }),
} as const;

export type EventType = keyof typeof EVENTS;
/** Events that an entry of a lead's journal is told as. */
export type JournalEvent = Exclude<EventType, 'lead.erased' | 'sending.stopped'>;

export const EVENT_TYPES = Object.keys(EVENTS).filter((type): type is EventType => Object.hasOwn(EVENTS, type));
