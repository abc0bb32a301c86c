/**
 * The compiled playbook: what `src/playbook` makes of the YAML and all that the core knows of it.
 * Blocks of steps are flattened: a position is one step id, and every step names the step that
 * follows it (`null` is the end of the cadence), so that a pointer survives any nesting.
 */
import type { Fit, Phase, Place, Season } from './content.ts';
import type { SendWindow, Span, Weekday, WorkingHours } from './hours.ts';
import type { CustodyHolder, Scope } from './scope.ts';
import type { QuietHours } from './send-window.ts';
import type { IsoDuration } from './time.ts';

export type { Calendar, SendWindow, Span, Weekday, WorkingHours } from './hours.ts';

export type Purpose = 'marketing' | 'sales' | 'service';

/** A type-checked CEL condition. `test` is pure: the same scope gives the same answer. */
export interface Condition {
  /** The text as written in the playbook. */
  readonly source: string;
  /** Whether time alone can change the answer (windows, decay, `ago`), so it must be evaluated ahead. */
  readonly timed: boolean;
  readonly test: (scope: Scope) => boolean;
  /** Time alone cannot change it, and while it is false the condition is. Absent: not known. */
  readonly steady?: (scope: Scope) => boolean;
  /** It looks at nothing but the fields of the lead. */
  readonly fieldsAlone?: boolean;
  /** It looks at the lead, so it cannot be asked about somebody unknown; absent: not known. */
  readonly aboutLead?: boolean;
  /** Where it stands, as `playbook.yaml:54`; absent when it was not read from a file. */
  readonly place?: string;
  /** The values it compares, for people: `score.engagement` is 22.4. Pure, and never throws. */
  readonly parts?: (scope: Scope) => readonly ConditionPart[];
}

/** One thing a condition looks at, with its value in a scope. */
export interface ConditionPart {
  readonly expr: string;
  readonly value: string | number | boolean;
}

export interface Company {
  readonly name: string;
  readonly postalAddress: string;
  readonly timeZone: string;
  readonly country: string;
  /** BCP 47 tag of what the emails without a language in their name are written in; absent: English. */
  readonly language?: string;
  /** Liquid templates of a From header, by whose cadence sends. */
  readonly from: { readonly marketing: string; readonly sales: string };
  readonly replyDomain: string;
  readonly workingHours: WorkingHours;
  /** When its leads may be called, on their own clocks; absent: CALL_HOURS. */
  readonly callWindow?: WorkingHours;
  /** Absent: clicks, without the trap. */
  readonly tracking?: Tracking;
}

export interface Tracking {
  /** Links of marketing mail are led through here. */
  readonly clicks: boolean;
  /** A link that only programs see is added to them. */
  readonly trap: boolean;
}

export type ConsentRule =
  | { readonly kind: 'require' }
  | { readonly kind: 'assume'; readonly basis: string; readonly for?: IsoDuration };

export interface Stage {
  readonly id: string;
  readonly when?: Condition;
  /** Stages of a deal, any of which is as good as the condition. */
  readonly deal?: readonly string[];
  /** What `pick` steps choose for a lead at this stage; absent: either. */
  readonly phase?: Phase;
}

export interface SignalRule {
  readonly points: number;
  readonly maxPerDay?: number;
}

export interface Route {
  readonly id: string;
  readonly when: Condition;
  readonly handoff: string;
  /** How long after it fired it may fire again; absent: at every turn to true. */
  readonly againAfter?: IsoDuration;
}

export type BriefPart = 'why' | 'asked' | 'seen';

/** In a handoff's pools: the rep who has, or last had, a colleague at the lead's account. */
export const SAME_ACCOUNT = 'same-account';

export interface Handoff {
  readonly id: string;
  readonly sla: string;
  /** Pool ids, tried in order. */
  readonly pools: readonly string[];
  /** Cadence the lead is enrolled in when a rep accepts. */
  readonly cadence?: string;
  readonly brief: readonly BriefPart[];
}

export interface Sla {
  readonly id: string;
  readonly accept: Span;
  /** From accepting to the rep's first completed task or activity. */
  readonly firstTouch?: Span;
  /** When the rep is reminded of the offer, in units of `accept`. */
  readonly remind: readonly number[];
  /** What follows when nobody answers, in order; `at` in units of `accept` counted from the first offer. */
  readonly onBreach: readonly Rung[];
}

export interface Rung {
  readonly at: number;
  readonly do: 'reassign' | 'manager' | 'recycle';
}

export interface Pool {
  readonly id: string;
  readonly when: Condition;
  /** Rep ids (their emails), in the order of the file. */
  readonly reps: readonly string[];
  /** Leads a rep may have, offered and accepted, before the next pool is asked. */
  readonly maxOpen?: number;
  /** Who gets what nobody answers. */
  readonly manager?: string;
}

/** Who takes a live chat; without a condition: every chat that comes so far. */
export interface ChatRule {
  readonly when?: Condition;
  readonly to:
    | { readonly kind: 'custodian' }
    | { readonly kind: 'handoff'; readonly handoff: string }
    | { readonly kind: 'form' };
  /** How long it rings at one rep before it goes on to the next. */
  readonly answer: IsoDuration;
}

/** What a rep may answer, and what follows. */
export interface ReturnRule {
  readonly id: string;
  /** Cadence the lead goes into; absent with `disqualify`. */
  readonly recycle?: string;
  /** Pause before that cadence starts: plain, or the date the rep gives, else the fallback. */
  readonly after?: { readonly ask: boolean; readonly else: IsoDuration };
  /** Names of facts the rep must give. */
  readonly facts: readonly string[];
  readonly engagement?: 'halve';
  readonly minAttempts?: number;
  readonly disqualify: boolean;
}

/** When a lead nobody hears of leaves every cadence. */
export interface Expiry {
  /** Since the last human signal. */
  readonly after: IsoDuration;
  /** Stages whose leads, and those beyond them, never expire; `open-deal`: leads that have one. */
  readonly not: readonly string[];
  /** The last call: which cadence, and how long before the end. */
  readonly warning?: { readonly cadence: string; readonly before: IsoDuration };
}

/** What a reply does at once. */
export interface Replies {
  /** Pauses the lead's runs; without `for` until a person resumes them. */
  readonly human?: { readonly for?: IsoDuration };
  readonly outOfOffice?: { readonly returnDate: boolean; readonly else: IsoDuration };
  /** Handoff of a positive reply. */
  readonly positive?: string;
  /** Return of one that says not now. */
  readonly notNow?: string;
}

/** Who decides together at an account, and what follows from it. */
export interface BuyingGroup {
  /** In the order of the file. */
  readonly roles: readonly string[];
  /** How many of a role a sale needs; a role without a number is welcome. */
  readonly need: Readonly<Record<string, number>>;
  /** The first that holds says the role of a lead that came without one; these conditions see its fields alone. */
  readonly map: readonly { readonly when: Condition; readonly role: string }[];
  /** How long marketing keeps quiet with the others when one of them replies. */
  readonly pauseColleagues?: IsoDuration;
  /** The task that asks for somebody in a needed role. */
  readonly onMissing?: {
    /** Its kind. */
    readonly task: string;
    readonly title: string;
    readonly body?: string;
    readonly due: Span;
    /** How long after one was answered or timed out the next may come. */
    readonly again: IsoDuration;
  };
}

export interface Cap {
  readonly touches: number;
  readonly per: IsoDuration;
}

/** How many touches a lead, and all of an account, may get. */
export interface Caps {
  readonly lead?: Cap;
  /** All leads of an account together. */
  readonly account?: Cap;
  /** What counts as a touch. */
  readonly count: readonly ('email' | 'task')[];
  /** What becomes of a touch that is over a cap; absent: it waits. */
  readonly onCap?: 'defer' | 'skip';
}

/** What binds all mail, whichever cadence sends it; in force from the next send on. */
export interface Sending {
  /** On the lead's own clock. */
  readonly quietHours?: QuietHours;
  /** Local dates (`YYYY-MM-DD`) without mail, by country (ISO 3166). */
  readonly holidays?: Readonly<Record<string, readonly string[]>>;
  /** By sending domain. */
  readonly warmUp?: Readonly<Record<string, WarmUp>>;
}

/** How many messages a new domain may send, day by day in the company's zone; after the last day as many as there are. */
export interface WarmUp {
  /** Local date of the first day. */
  readonly from: string;
  readonly days: readonly number[];
  /** Of those, to one mail domain; as long as `days`. */
  readonly perReceiver?: readonly number[];
}

interface StepBase {
  readonly id: string;
  /** The step after this one; `null` ends the cadence. */
  readonly next: string | null;
}
export interface EmailStep extends StepBase {
  readonly kind: 'email';
  readonly email: string;
  readonly topic?: string;
}
/** The next email of a topic that this lead has not seen; which one is decided at the moment of the send. */
export interface PickStep extends StepBase {
  readonly kind: 'pick';
  readonly topic: string;
  /** Only emails of this phase, whatever the stage says. */
  readonly phase?: Phase;
  /** What of an email's front matter must suit the lead. */
  readonly fits: readonly Fit[];
  /** What follows when nothing is left to send. */
  readonly onExhausted: 'end' | 'continue';
}
/** Dates a wait can go by. */
export const WAIT_DATES = ['meeting.at', 'deal.renewsAt'] as const;
export type WaitUntil = (typeof WAIT_DATES)[number];

export interface WaitStep extends StepBase {
  readonly kind: 'wait';
  readonly wait:
    | Span
    | { readonly until: WaitUntil; readonly offset: IsoDuration; readonly orElse: 'continue' | 'skip' };
}
export interface WaitForStep extends StepBase {
  readonly kind: 'waitFor';
  readonly when: Condition;
  readonly upTo: IsoDuration;
  readonly then: string | null;
  readonly else: string | null;
}
export interface BranchStep extends StepBase {
  readonly kind: 'branch';
  /** First that holds; none: `next`. An `else` arm has no condition. */
  readonly arms: readonly { readonly when?: Condition; readonly to: string | null }[];
}
export interface SplitArm {
  readonly id: string;
  readonly weight: number;
  readonly to: string | null;
  /** Every step in the arm, those in its blocks too. */
  readonly steps: readonly string[];
}
export interface SplitStep extends StepBase {
  readonly kind: 'split';
  readonly arms: readonly SplitArm[];
  /** Weight of the leads that get no arm and go on at `next`. */
  readonly holdout: number;
  /** What is asked of its arms; absent: nothing is counted. */
  readonly goal?: Measure;
  readonly guard?: Guard;
}
/** Something a lead may do within so long of coming into a group. */
export interface Measure {
  readonly when: Condition;
  readonly within: IsoDuration;
}
/** What too many leads of an arm must not do: it stops then. */
export interface Guard extends Measure {
  /** Share of the leads, 0 to 1. */
  readonly atMost: number;
}
/** Leads that marketing leaves alone, so that what it does can be judged. */
export interface Holdout {
  /** 0 to 100. */
  readonly percent: number;
  readonly goal: Measure;
}
export interface TaskStep extends StepBase {
  readonly kind: 'task';
  readonly task: { readonly kind: string; readonly title: string; readonly body?: string; readonly due: Span };
  /** Disposition to step; `else` for the others, `expired` when the due time passes. */
  readonly outcomes: Readonly<Record<string, string | null>>;
}
export interface HandoffStep extends StepBase {
  readonly kind: 'handoff';
  readonly handoff: string;
  /** `accepted`, `rejected`, `breached` to step; absent: `next`. */
  readonly outcomes: Readonly<Record<string, string | null>>;
}
export interface RecycleStep extends StepBase {
  readonly kind: 'recycle';
  readonly into: string;
}
/** Starts another cadence beside this one, or in its place when it has the same lane. Custody stays where it is. */
export interface EnrollStep extends StepBase {
  readonly kind: 'enroll';
  readonly into: string;
}
/** Tells a person by mail; the lead goes on at once. */
export interface NotifyStep extends StepBase {
  readonly kind: 'notify';
  readonly to: 'rep' | 'manager' | 'marketing' | 'sales' | { readonly address: string };
  /** Liquid templates, filled when the mail goes. */
  readonly title: string;
  readonly body?: string;
}
/** What is told along with a webhook: as the playbook has it, nothing of the lead. */
export type WebhookData = Readonly<Record<string, string | number | boolean>>;
/** Tells the endpoints that listen to `cadence.webhook`; whether and when it arrives is theirs, the run goes on at once. */
export interface WebhookStep extends StepBase {
  readonly kind: 'webhook';
  readonly name: string;
  readonly data: WebhookData;
}
export type Step =
  | EmailStep
  | PickStep
  | WaitStep
  | WaitForStep
  | BranchStep
  | SplitStep
  | TaskStep
  | HandoffStep
  | RecycleStep
  | EnrollStep
  | NotifyStep
  | WebhookStep;

/** Steps that send a message. */
export type SendingStep = EmailStep | PickStep;
export const isSending = (step: Step | undefined): step is SendingStep =>
  step?.kind === 'email' || step?.kind === 'pick';

export interface Entry {
  readonly when?: Condition;
  /** An event that enters the lead: `handoff.accepted` or `stage.ID`. */
  readonly on?: string;
  readonly again:
    | { readonly kind: 'once' }
    | { readonly kind: 'always' }
    | { readonly kind: 'after'; readonly after: IsoDuration };
}

export interface Cadence {
  readonly id: string;
  readonly purpose: Purpose;
  readonly lane: string;
  readonly runs: { readonly custody: readonly CustodyHolder[]; readonly else: 'pause' | 'exit' };
  readonly priority: number;
  /** Absent: only by API, recycle or handoff. */
  readonly entry?: Entry;
  readonly window: SendWindow;
  readonly goal?: Condition;
  readonly exit?: Condition;
  readonly holdout?: Holdout;
  readonly first: string | null;
  readonly steps: Readonly<Record<string, Step>>;
}

/** What a body in MJML has been made into: Liquid templates, but for the head. */
export interface MjmlTemplates {
  /** Tags that stand before the document, such as `assign`. */
  readonly before: string;
  readonly head: string;
  /** `<body …>…</body>` */
  readonly body: string;
  readonly text: string;
}

/** An email's words, in one language. */
export interface EmailWords {
  readonly subject: string;
  readonly preheader?: string;
  /** Markdown with Liquid, or what MJML has been made into. */
  readonly body: string | MjmlTemplates;
}

export interface EmailTemplate extends EmailWords {
  readonly id: string;
  /** In other languages, by language tag (BCP 47). */
  readonly languages?: Readonly<Record<string, EmailWords>>;
  readonly topic?: string;
  readonly phase: Phase;
  /** Roles of leads it is written for; absent: every role. Asked by `pick` steps. */
  readonly roles?: readonly string[];
  /** Stages it is written for; absent: every stage. Asked by `pick` steps. */
  readonly stages?: readonly string[];
  /** Where leads are that it is written for; absent: anywhere. Asked by `pick` steps. */
  readonly places?: readonly Place[];
  /** When a `pick` step may choose it; absent: at any time. */
  readonly times?: readonly Season[];
  readonly repeat: 'never' | { readonly after: IsoDuration };
  /** It answers in the thread of what its run has sent before. */
  readonly thread?: 'previous';
  /** Overrides the company's From by purpose. */
  readonly from?: 'marketing' | 'sales';
  /** A rep looks at it before it goes; absent: nobody does. */
  readonly review?: EmailReview;
}

export interface EmailReview {
  /** How long the rep has, in the rep's working hours. */
  readonly due: Span;
  /** What becomes of the email when nobody has answered by then. */
  readonly else: 'send' | 'skip';
}

/** What each team wants to reach in a month; what nobody named has no goal. */
export interface Goals {
  /** Of goals in money. */
  readonly currency?: string;
  readonly marketing: { readonly mql?: number; readonly pipeline?: number };
  readonly sales: { readonly accepted?: number; readonly demos?: number; readonly won?: number };
}

/** Who agreed on this playbook for their team, and how often they look at it together. */
export interface Agreed {
  readonly marketing: string;
  readonly sales: string;
  readonly review?: IsoDuration;
  /** When both are mailed the meeting report, in the company's zone. */
  readonly report?: ReportSchedule;
}

export type ReportSchedule =
  | { readonly every: 'week'; readonly on: Weekday; readonly at: string }
  /** `on` is a day of the month, 1 to 28. */
  | { readonly every: 'month'; readonly on: number; readonly at: string };

/** By language (`de`); `else` where the lead's is not among them. */
export type TopicName = Readonly<Record<string, string>>;

export interface Playbook {
  /** SHA-256 over the normalised files, hex. */
  readonly hash: string;
  readonly company: Company;
  readonly agreed?: Agreed;
  readonly goals?: Goals;
  readonly consent: Readonly<Record<Purpose, ConsentRule>>;
  /** From first to last; the first is initial. */
  readonly stages: readonly Stage[];
  /** What follows when a lead's last deal is lost: the stage it goes back to, and the return that applies. */
  readonly onDealLost?: { readonly stage: string; readonly return: string };
  readonly definitions: Readonly<Record<string, Condition>>;
  readonly signals: Readonly<Record<string, SignalRule>>;
  readonly score: {
    /** `account`: which share of the colleagues' engagement counts too. */
    readonly engagement: { readonly halfLife: IsoDuration; readonly max: number; readonly account?: number };
    readonly fit: readonly { readonly when: Condition; readonly points: number }[];
  };
  readonly routes: readonly Route[];
  readonly handoffs: Readonly<Record<string, Handoff>>;
  readonly slas: Readonly<Record<string, Sla>>;
  /** Marketing's own SLA: how soon after its pause a lead that came back is touched again. */
  readonly resume?: Span;
  /** In the order of the file. */
  readonly pools: readonly Pool[];
  readonly returns: Readonly<Record<string, ReturnRule>>;
  readonly expiry?: Expiry;
  readonly caps?: Caps;
  readonly sending?: Sending;
  /** Of everything marketing sends. */
  readonly holdout?: Holdout;
  readonly buyingGroup?: BuyingGroup;
  readonly replies?: Replies;
  /** Who takes a live chat, the first that holds; the last takes every one. */
  readonly chat?: readonly ChatRule[];
  /** What leads read for a topic on their preference page; a topic that is not here is called by its id. */
  readonly topics?: Readonly<Record<string, TopicName>>;
  readonly cadences: Readonly<Record<string, Cadence>>;
  readonly emails: Readonly<Record<string, EmailTemplate>>;
}
