/** What can happen to a lead: the payload of an inbox row. One schema for writers and readers. */
import { z } from 'zod';
import { consentToldSchema } from './consent-told.ts';
import { leadFields } from './replay/facts-schema.ts';

const by = z.string();
const facts = z.record(z.string(), z.string());

/** See context.ts. */
export const toldSchema = z.object({ device: z.string(), place: z.string(), channel: z.string() }).partial();

/** A touch the lead's state may know no more. */
const touchTold = { touch: z.string(), cadence: z.string(), step: z.string(), email: z.string(), playbook: z.string() };

export const inputSchema = z.discriminatedUnion('kind', [
  /** The lead was created or its fields, consent or suppressions changed: look again. */
  z.object({
    kind: z.literal('lead.changed'),
    consents: z.array(consentToldSchema).optional(),
    /** What fields that changed were before, so that what happened can be played again. */
    was: leadFields.partial().optional(),
    by,
  }),
  z.object({
    kind: z.literal('signal'),
    type: z.string(),
    /** False for opens, scanner clicks and automatic replies. */
    human: z.boolean(),
    /** The touch's place, for clicks. */
    cadence: z.string().optional(),
    step: z.string().optional(),
    /** Where a clicked link leads, without what stands after `?`. */
    link: z.string().max(300).optional(),
    /** Of a click that no person made: what shows it. */
    sign: z.string().max(40).optional(),
    /** What its data tell of the lead's device, place and channel. */
    context: toldSchema.optional(),
    /** `data.at` of meeting signals, epoch ms. */
    meetingAt: z.number().int().optional(),
    /** What kind of reply `reply.received` is, and until when somebody is away. */
    reply: z
      .object({
        class: z.enum(['human', 'out-of-office', 'positive', 'not-now', 'auto', 'list']),
        until: z.number().int().optional(),
        /** What was written, when the message itself came in. */
        text: z.string().max(2_000).optional(),
      })
      .optional(),
  }),
  /** Another lead of the account replied: marketing keeps quiet with this one. */
  z.object({ kind: z.literal('colleague.replied'), colleague: z.string(), until: z.number().int() }),
  z.object({ kind: z.literal('enroll'), enrollment: z.string(), cadence: z.string(), by }),
  z.object({
    kind: z.literal('enrollment.control'),
    enrollment: z.string(),
    action: z.enum(['pause', 'resume', 'stop']),
    by,
  }),
  z.object({ kind: z.literal('handoff'), handoff: z.string(), note: z.string().optional(), by }),
  z.object({
    kind: z.literal('task.answered'),
    task: z.string(),
    answer: z.enum(['accept', 'reject', 'complete', 'skip']),
    disposition: z.string().optional(),
    reason: z.string().optional(),
    facts: facts.optional(),
    note: z.string().optional(),
    until: z.number().int().optional(),
    by,
  }),
  z.object({ kind: z.literal('task.reassigned'), task: z.string(), to: z.string(), by }),
  /** A task is open again: the store has reopened it. */
  z.object({ kind: z.literal('task.reopened'), task: z.string(), by }),
  /** The lead goes to this rep, whatever it was: a manager's word, a rep's own claim, or since its rep left. */
  z.object({
    kind: z.literal('lead.assigned'),
    to: z.string(),
    /** Set when a rep left: whoever has the lead by then keeps it. */
    left: z.string().optional(),
    /** Open tasks that go along; the store has moved them already. */
    tasks: z.array(z.string()),
    by,
  }),
  z.object({
    kind: z.literal('recycle'),
    reason: z.string(),
    facts: facts.optional(),
    note: z.string().optional(),
    until: z.number().int().optional(),
    by,
  }),
  /** A live chat began, and who takes it was decided: see chat.ts. */
  z.object({
    kind: z.literal('chat.started'),
    chat: z.string(),
    page: z.string(),
    to: z.enum(['rep', 'form']),
    rep: z.string().optional(),
    pool: z.string().optional(),
    handoff: z.string().optional(),
    rule: z.number().int().optional(),
    acceptBy: z.number().int().optional(),
    /** Who was passed over, and why, in words. */
    skipped: z.string().optional(),
    by,
  }),
  /** `from` did not take it; without `rep` nobody else does. */
  z.object({
    kind: z.literal('chat.passed'),
    chat: z.string(),
    from: z.string(),
    rep: z.string().optional(),
    pool: z.string().optional(),
    acceptBy: z.number().int().optional(),
    by,
  }),
  z.object({ kind: z.literal('chat.accepted'), chat: z.string(), rep: z.string(), by }),
  z.object({
    kind: z.literal('chat.ended'),
    chat: z.string(),
    outcome: z.string().optional(),
    note: z.string().optional(),
    /** Nobody said so: the clock frees what was left open. */
    forgotten: z.boolean(),
    by,
  }),
  z.object({ kind: z.literal('disqualify'), reason: z.string(), note: z.string().optional(), by }),
  /** A manager lifts a disqualification: it was a mistake, or is true no more. */
  z.object({ kind: z.literal('requalify'), reason: z.string(), by }),
  /** The person objected to marketing (GDPR, Art. 21); the suppressions are in the facts. */
  z.object({ kind: z.literal('objected'), note: z.string().optional(), by }),
  /** The person works for another company now; domains, empty where there is none. */
  z.object({ kind: z.literal('moved'), from: z.string(), to: z.string(), by }),
  /** A call, a meeting or a message of sales that no task asked for. */
  z.object({
    kind: z.literal('activity'),
    activity: z.string(),
    disposition: z.string(),
    /** Whether it came to a contact: a call nobody took did not. */
    reached: z.boolean(),
    note: z.string().optional(),
    by,
  }),
  /** A suppression row for this lead was written; the row is in the facts. */
  z.object({
    kind: z.literal('suppressed'),
    reason: z.string(),
    purpose: z.string().optional(),
    /** Absent: mail. */
    channel: z.enum(['phone', 'chat']).optional(),
    by,
  }),
  /** The lead chose on its preference page; what holds now is in the facts. */
  z.object({
    kind: z.literal('preferences'),
    declined: z.array(z.string()),
    wanted: z.array(z.string()),
    /** Null: the pause is taken back. */
    pausedUntil: z.number().int().nullable().optional(),
    /** Purposes the lead had left and takes mail for again. */
    subscribed: z.array(z.string()),
    by,
  }),
  /** A person says where the customer is. */
  z.object({ kind: z.literal('stage'), stage: z.string(), reason: z.string(), by }),
  /** A deal of the lead, as the CRM told it; `from` is the stage it had before, if it was known. */
  z.object({
    kind: z.literal('deal'),
    deal: z.string(),
    stage: z.string(),
    from: z.string().optional(),
    /** Hundredths of one unit of the currency. */
    amountCents: z.number().int(),
    currency: z.string(),
    lostReason: z.string().optional(),
    /** When the customer may leave or renew. */
    renewsAt: z.number().int().optional(),
    /** The rep's address. */
    owner: z.string().optional(),
    by,
  }),
  /** The lead is no longer one of a deal’s. */
  z.object({ kind: z.literal('deal.left'), deal: z.string(), by }),
  /** How a touch ended that was `sending`: from `advance` itself, or from a `Send` event. */
  z.object({
    kind: z.literal('touch.result'),
    touch: z.string(),
    outcome: z.enum(['sent', 'refused', 'failed', 'unconfirmed']),
    /** When to try again after a definite refusal. */
    retryAt: z.number().int().optional(),
    detail: z.string().optional(),
  }),
  /** The mail service says after all that it took a touch that was parked as `unconfirmed`. */
  z.object({
    ...touchTold,
    kind: z.literal('touch.proven'),
    /** When it was due, and when it went. */
    dueAt: z.number().int(),
    sentAt: z.number().int(),
  }),
  /** The mail service took the message, found it unfit, and sends it to nobody. */
  z.object({ ...touchTold, kind: z.literal('touch.rejected'), dueAt: z.number().int(), detail: z.string() }),
]);

export type InputBody = z.infer<typeof inputSchema>;

/** One inbox row. `at` is when it happened, as far as it counts; it may lie ahead of now. */
export interface Input {
  readonly id: string;
  readonly at: number;
  readonly body: InputBody;
}
