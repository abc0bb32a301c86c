/**
 * A lead's whole position, as one versioned document. `advance` stores it together with its
 * sequence number; nothing else writes it. Other tables (tasks, touches, enrollments, journal)
 * are written in the same transaction from the decision's effects.
 */
import { z } from 'zod';
import { STATE_VERSION } from './state-versions.ts';

const instant = z.number().int();
const custodyHolder = z.enum(['marketing', 'sales', 'nobody']);

export const signalLogSchema = z.object({
  /** All of this type, also those no longer kept one by one. */
  n: z.number().int(),
  /** Newest kept instants, ascending; bounded by SIGNALS_KEPT. */
  at: z.array(instant),
  /** Those of `at` that no human did (opens, scanner clicks): they score nothing. */
  machine: z.array(instant).optional(),
});

export const enrollmentSchema = z.object({
  id: z.string(),
  cadence: z.string(),
  lane: z.string(),
  /** Hash of the playbook version this run is pinned to. */
  playbook: z.string(),
  /** How often this lead has entered this cadence, from 1. */
  nth: z.number().int(),
  /** Since when signals count for goal, exit and waitFor; ahead of now while a return's pause lasts. */
  startedAt: instant,
  state: z.enum(['running', 'paused']),
  pausedBy: z.enum(['custody', 'person', 'reply', 'colleague']).optional(),
  /** When the pause after a reply ends by itself. */
  pausedUntil: instant.optional(),
  /** Its due touch waits until a rep has answered the lead. */
  silenced: z.boolean().optional(),
  step: z.string().nullable(),
  /** When the lead entered the step; waits count from it. */
  enteredAt: instant,
  /** When the step is due; null while it waits for an answer and not for the clock. */
  dueAt: instant.nullable(),
  /** How the next send finds its place in the window: see `Spread` in calendar.ts. */
  spread: z.enum(['rest', 'daily', 'none', 'after']),
  /** Open task of this step. */
  task: z.string().optional(),
  /** The task answered just before this step, and what the answer changed: see reopen.ts. */
  closed: z
    .object({
      task: z.string(),
      run: z.string(),
      step: z.string(),
      enteredAt: instant,
      dueAt: instant,
      spread: z.enum(['rest', 'daily', 'none', 'after']),
      /** Of sales, while it had the lead. */
      custody: z.object({ since: instant, firstTouch: z.boolean(), repliedAt: instant.optional() }).optional(),
    })
    .optional(),
  /** Touch of this step that is `sending`: the step goes on when its end is known. */
  touch: z.string().optional(),
  /** Its due touch waits for the end of a pause that the lead asked for, or of a suppression. */
  rests: z.boolean().optional(),
  /** Whether a frequency cap has made this step's touch wait; said once. */
  capped: z.boolean().optional(),
  /** The same for the cap of the account. */
  full: z.boolean().optional(),
  /** The email of this step that a rep looks at before it goes: see review.ts. */
  review: z
    .object({
      task: z.string(),
      email: z.string(),
      language: z.string().optional(),
      /** Until when the rep may answer. */
      dueAt: instant,
      answer: z.enum(['send', 'edit', 'skip']).optional(),
      /** The answer is the playbook's, since nobody gave one in time. */
      late: z.boolean().optional(),
    })
    .optional(),
  /** Its place in a day of a domain that warms up, by number from 0: of all that day, and of those to its mail domain. */
  place: z
    .object({ sender: z.string(), day: z.string(), n: z.number().int(), ofReceiver: z.number().int() })
    .optional(),
  /** Email a `pick` step has chosen, kept while its touch is tried again. */
  picked: z.string().optional(),
  /** Pause scope (`*` or the cadence's id) that holds back this step's due touch. */
  held: z.string().optional(),
  /** Definite refusals of the touch at this step so far (throttled and the like). */
  refusals: z.number().int().optional(),
  /** Step ids whose touch went out in this run, with when. */
  sent: z.record(z.string(), instant),
  /** Arms taken at splits. */
  arms: z.record(z.string(), z.string()),
  /** The lead this run began for, when that one was merged into this: a touch keeps its id. */
  madeFor: z.string().optional(),
  /** Steps already visited in this run: none is visited twice. */
  visited: z.array(z.string()),
});

const toldSchema = z.object({ value: z.string(), at: instant });

/**
 * What is stored is parsed by this, so what is not here is dropped: a field that goes, or means something else,
 * is a new version with its upcaster (state-versions.ts).
 */
export const leadStateSchema = z.object({
  v: z.literal(STATE_VERSION),
  /** Bumped by every commit; the guard against two runners and repeated retries. */
  seq: z.number().int(),
  /** Number of journal entries so far. */
  journal: z.number().int(),
  /** The instant up to which everything has been decided. */
  at: instant,
  stage: z.string(),
  stageAt: instant,
  /** When the lead was last put back a stage: only what came later raises it again. */
  stageBackAt: instant.optional(),
  /** Deals of the lead by the CRM's id: `at` of the newest change known, `since` when it came to this stage. */
  deals: z
    .record(
      z.string(),
      z.object({
        stage: z.string(),
        amount: z.number(),
        at: instant,
        since: instant,
        renewsAt: instant.optional(),
        owner: z.string().optional(),
      }),
    )
    .optional(),
  custody: z.object({
    who: custodyHolder,
    since: instant,
    rep: z.string().optional(),
    pool: z.string().optional(),
    handoff: z.string().optional(),
    /** The handoff task, while it is offered. */
    task: z.string().optional(),
    offeredAt: instant.optional(),
    acceptBy: instant.optional(),
    /** When it is recycled, in rows without a ladder. */
    breachAt: instant.optional(),
    /** Rungs still ahead, as instants of the first assignee's calendar. */
    ladder: z.array(z.object({ at: instant, do: z.enum(['reassign', 'manager', 'recycle']) })).optional(),
    /** Reminders still ahead. */
    remindAt: z.array(instant).optional(),
    /** The time to accept is over and that has been journalled. */
    late: z.boolean().optional(),
    /** Reps who let this offer lie. */
    passed: z.array(z.string()).optional(),
    /** It is with a manager: nobody's turn is credited back. */
    escalated: z.boolean().optional(),
    acceptedAt: instant.optional(),
    /** The handoff task, once it is accepted. */
    accepted: z.string().optional(),
    firstTouchBy: instant.optional(),
    firstTouchAt: instant.optional(),
    /** The first touch is late and that has been journalled. */
    firstTouchLate: z.boolean().optional(),
    /** Enrollment and step that offered it, when a handoff step did. */
    from: z.object({ enrollment: z.string(), step: z.string() }).optional(),
    /** Tasks closed and activities logged since sales has the lead. */
    attempts: z.number().int(),
    /** The lead's last reply that no rep has acted on. */
    repliedAt: instant.optional(),
  }),
  /** The last times sales had the lead, oldest first; bounded by EARLIER_KEPT. */
  earlier: z
    .array(
      z.object({
        from: instant,
        to: instant,
        ended: z.enum(['rejected', 'returned', 'recycled', 'breached', 'won', 'moved']),
        rep: z.string().optional(),
        handoff: z.string().optional(),
        acceptedAt: instant.optional(),
        /** Reps who let the offer lie. */
        lay: z.array(z.string()).optional(),
        reason: z.string().optional(),
        facts: z.record(z.string(), z.string()).optional(),
        note: z.string().optional(),
      }),
    )
    .optional(),
  signals: z.record(z.string(), signalLogSchema),
  /** `cadence/step` to human click instants, newest last, bounded. */
  clicks: z.record(z.string(), z.array(instant)),
  meetingAt: instant.optional(),
  /** Newest human signal. */
  humanAt: instant.optional(),
  /** What the newest human signal that told it said of the lead's device, place and channel. */
  context: z.object({ device: toldSchema, place: toldSchema, channel: toldSchema }).partial().optional(),
  /** The lead's last reply in its own words, the beginning. */
  said: z.object({ at: instant, text: z.string() }).optional(),
  /** Counted labels (`mql`, `sql`) and whether each holds, as of the last look. */
  labels: z.record(z.string(), z.boolean()).optional(),
  /** Signals at or before it do not count in routes and definitions. */
  returnedAt: instant.optional(),
  /** Marketing owes this lead a touch: since its pause ended, until when. */
  resume: z.object({ since: instant, by: instant }).optional(),
  /** Multipliers on engagement set by returns (`halve`), each with its instant. */
  dampened: z.array(z.object({ at: instant, factor: z.number() })),
  routes: z.record(z.string(), z.object({ on: z.boolean(), armed: z.boolean(), firedAt: instant.optional() })),
  enrollments: z.array(enrollmentSchema),
  past: z.record(z.string(), z.object({ n: z.number().int(), endedAt: instant })),
  /**
   * Touches whose `sending` is committed and whose end is not known yet. They outlive their
   * enrollment: a goal met meanwhile ends the run, never the ledger's question.
   */
  sending: z.array(
    z.object({
      touch: z.string(),
      enrollment: z.string(),
      cadence: z.string(),
      step: z.string(),
      email: z.string(),
      /** Of an email that there is in more than one. */
      language: z.string().optional(),
      /** What made a `pick` choose it, in words. */
      fits: z.array(z.string()).optional(),
      playbook: z.string(),
      dueAt: instant,
      at: instant,
      /** When it is parked as `unconfirmed` if neither the answer nor the `Send` event has come. */
      giveUpAt: instant,
    }),
  ),
  /** Email id to when this lead last got it. */
  seen: z.record(z.string(), instant),
  /** Entry refusals already journalled, cadence to reason, so that each is said once. */
  refused: z.record(z.string(), z.string()),
  /** Instants of the newest touches that went out, ascending, for frequency caps. */
  touched: z.object({ email: z.array(instant).optional(), task: z.array(instant).optional() }).optional(),
  /** Open tasks to find somebody for a role that nobody at the account has. */
  finding: z.array(z.object({ task: z.string(), role: z.string(), dueAt: instant })).optional(),
  /** The last such task answered for each role in this sale, and when somebody was looked for before: see find-role.ts. */
  found: z
    .array(z.object({ task: z.string(), role: z.string(), dueAt: instant, looked: instant.optional() }))
    .optional(),
  /** When somebody was last looked for, by role: since the task ended. */
  looked: z.record(z.string(), instant).optional(),
  /** A colleague replied: marketing keeps quiet until then. */
  quiet: z.object({ until: instant, colleague: z.string() }).optional(),
  /** Date agreed with a return: the lead is not expected to stir before it. */
  agreedAt: instant.optional(),
  /** The last call was made at `at`, for a silence that began at `from`. */
  warned: z.object({ from: instant, at: instant }).optional(),
  expired: z.object({ at: instant }).optional(),
  disqualified: z.object({ at: instant, reason: z.string() }).optional(),
  /** The person objected to marketing: no team contacts it any more; service it is given goes on. */
  objected: z.object({ at: instant }).optional(),
  /**
   * Groups of experiments the lead is in, by the experiment's id: it stays in its group. What it does counts from
   * `at` up to `until`.
   */
  experiments: z
    .record(
      z.string(),
      z.object({
        group: z.string(),
        at: instant,
        until: instant,
        guardUntil: instant.optional(),
        goalAt: instant.optional(),
        guardAt: instant.optional(),
      }),
    )
    .optional(),
  /** Chats under way that a rep has been asked to take, by the chat's id; `task`: where no offer was made for it. */
  chats: z.record(z.string(), z.object({ rep: z.string(), task: z.string().optional(), since: instant })).optional(),
  /** Events waiting for `entry.on` of a cadence (`stage.customer`), cleared when used. */
  events: z.array(z.string()),
});

/** What a decision replaces whole and never changes in place, so that copies of a state share it. */
type Shared<T> = T extends object ? { readonly [K in keyof T]: Shared<T[K]> } : T;
type Read = z.infer<typeof leadStateSchema>;

/** What a cap may count. */
export type TouchKind = 'email' | 'task';
export type EnrollmentState = 'running' | 'paused' | 'met' | 'exited' | 'ended' | 'replaced' | 'stopped';
type ReadEnrollment = z.infer<typeof enrollmentSchema>;
/** Its own properties change in place, what they hold does not. */
export type Enrollment = { [K in keyof ReadEnrollment]: Shared<ReadEnrollment[K]> };
export type LeadState = {
  [K in keyof Read]: K extends 'enrollments' ? Enrollment[] : K extends 'custody' ? Read[K] : Shared<Read[K]>;
};

/** Instants kept per signal type: with more, the oldest are only counted. */
export const SIGNALS_KEPT = 200;

/** The state of a lead nobody has decided anything about yet. `stage` is the playbook's first. */
export function initialState(stage: string, at: number): LeadState {
  return {
    v: STATE_VERSION,
    seq: 0,
    journal: 0,
    at,
    stage,
    stageAt: at,
    custody: { who: 'nobody', since: at, attempts: 0 },
    signals: {},
    clicks: {},
    dampened: [],
    routes: {},
    enrollments: [],
    past: {},
    sending: [],
    seen: {},
    refused: {},
    events: [],
  };
}

/**
 * A copy for a decision to change: custody, the list of runs and each run are its own, all else is
 * shared, since decisions replace it (`Shared`). `structuredClone` of a state took 17 µs, half of a
 * decision; a deep copy by hand 2 µs; this takes a quarter of that.
 */
export const copyState = (state: LeadState): LeadState => ({
  ...state,
  custody: { ...state.custody },
  enrollments: state.enrollments.map((e) => ({ ...e })),
});
