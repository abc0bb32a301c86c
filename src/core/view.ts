/** Binds a lead's state and facts at one instant to what conditions see (`Scope`). */
import { accountIn, accountScopeOf, earnedByColleagues } from './account-scope.ts';
import { isWorking } from './calendar.ts';
import { contextOf } from './context.ts';
import { dealScopeOf } from './deal-scope.ts';
import { before } from './duration.ts';
import type { Facts, Rep } from './facts.ts';
import type { Calendar, Playbook } from './playbook.ts';
import type { AccountScope, ChatScope, Scope } from './scope.ts';
import { engagementOf, explainScore, fitOf, type Score } from './score.ts';
import type { Enrollment, LeadState } from './state.ts';
import type { Instant } from './time.ts';
import { zoneOfCountry } from './zones.ts';

/** Which signals a condition counts. */
export type Span =
  /** The whole history: fit, pools, branches, entries. */
  | { readonly over: 'history' }
  /** Since the last return: routes and definitions. */
  | { readonly over: 'return' }
  /** Since the lead was put back a stage: stages. */
  | { readonly over: 'back' }
  /** Since the enrollment began: goal, exit, waitFor. */
  | { readonly over: 'enrollment' }
  /** From that instant on: experiments. */
  | { readonly over: 'since'; readonly from: Instant };

export const HISTORY: Span = { over: 'history' };
export const SINCE_RETURN: Span = { over: 'return' };
export const SINCE_BACK: Span = { over: 'back' };
export const SINCE_ENROLLMENT: Span = { over: 'enrollment' };

/** The working calendar of a rep, or the company's without one. */
export function calendarOf(playbook: Playbook, rep: Rep | undefined): Calendar {
  const hours = rep?.workingHours ?? playbook.company.workingHours;
  return { ...hours, timeZone: rep?.timeZone ?? playbook.company.timeZone };
}

/** The lead's zone: its own, else its country's, else the company's. */
export function leadZone(facts: Pick<Facts, 'lead'>, playbook: Playbook): string {
  return facts.lead.timeZone || zoneOfCountry(facts.lead.country) || playbook.company.timeZone;
}

class View implements Scope {
  readonly now: Instant;
  chat: ChatScope | undefined;
  readonly #state: LeadState;
  readonly #facts: Facts;
  readonly #playbook: Playbook;
  readonly #enrollment: Enrollment | undefined;
  /** Signals count when later than this. */
  readonly #after: Instant;
  #score: Scope['score'] | undefined;
  #fit: number | undefined;
  #engagement: number | undefined;
  #scoring = false;
  #account: AccountScope | undefined;
  #forDefinitions: View | undefined;

  constructor(
    state: LeadState,
    facts: Facts,
    playbook: Playbook,
    now: Instant,
    span: Span,
    enrollment: Enrollment | undefined,
  ) {
    this.now = now;
    this.#state = state;
    this.#facts = facts;
    this.#playbook = playbook;
    this.#enrollment = enrollment;
    // A signal of the very instant an enrollment began counts; one of the instant of a return does not.
    if (span.over === 'return') this.#after = state.returnedAt ?? Number.NEGATIVE_INFINITY;
    else if (span.over === 'back') this.#after = state.stageBackAt ?? Number.NEGATIVE_INFINITY;
    else if (span.over === 'enrollment' && enrollment) this.#after = enrollment.startedAt - 1;
    else if (span.over === 'since') this.#after = span.from - 1;
    else this.#after = Number.NEGATIVE_INFINITY;
  }

  get lead() {
    return this.#facts.lead;
  }
  get stage() {
    return this.#state.stage;
  }
  get deal() {
    return dealScopeOf(this.#state);
  }
  get account(): AccountScope {
    if (this.#account) return this.#account;
    const own = (): number =>
      engagementOf(this.#state, this.#playbook, this.now, leadZone(this.#facts, this.#playbook));
    this.#account = accountScopeOf(this.#state, this.#facts, this.#playbook, this.now, own);
    return this.#account;
  }
  get custody() {
    return this.#state.custody.who;
  }
  get context() {
    return contextOf(this.#state, leadZone(this.#facts, this.#playbook), this.now);
  }
  get attempts() {
    return this.#state.custody.attempts;
  }
  get working() {
    const rep = this.#state.custody.who === 'sales' ? this.#facts.custodian : undefined;
    return isWorking(calendarOf(this.#playbook, rep), this.now);
  }
  /** Each when it is asked for: most conditions on both are decided by the fit. */
  get score(): Scope['score'] {
    if (this.#score) return this.#score;
    const view = this;
    this.#score = {
      get fit() {
        return view.#fitNow();
      },
      get engagement() {
        return view.#engagementNow();
      },
    };
    return this.#score;
  }

  #fitNow(): number {
    // A fit rule that asks for the score sees zeros: it cannot depend on itself.
    if (this.#state.objected || this.#scoring) return 0;
    if (this.#fit !== undefined) return this.#fit;
    this.#scoring = true;
    try {
      this.#fit = fitOf(this.#playbook, this);
      return this.#fit;
    } finally {
      this.#scoring = false;
    }
  }
  #engagementNow(): number {
    if (this.#state.objected || this.#scoring) return 0;
    if (this.#engagement !== undefined) return this.#engagement;
    const zone = leadZone(this.#facts, this.#playbook);
    const shared = sharedEngagement(this.#facts, this.#playbook, this.now);
    this.#engagement = engagementOf(this.#state, this.#playbook, this.now, zone, shared);
    return this.#engagement;
  }

  signals(type: string, within?: string): { count: number } {
    const log = this.#state.signals[type];
    if (!log) return { count: 0 };
    const after = within === undefined ? this.#after : Math.max(this.#after, before(this.now, within));
    let count = 0;
    for (const at of log.at) if (at > after && at <= this.now) count += 1;
    // Signals no longer kept one by one are older than all that are.
    if (after === Number.NEGATIVE_INFINITY) count += log.n - log.at.length;
    return { count };
  }

  last(type: string): Instant | undefined {
    const at = this.#state.signals[type]?.at.findLast((t) => t <= this.now);
    return at !== undefined && at > this.#after ? at : undefined;
  }

  clicked(step: string): boolean {
    if (!this.#enrollment) return false;
    const since = this.#enrollment.startedAt;
    const clicks = this.#state.clicks[`${this.#enrollment.cadence}/${step}`] ?? [];
    return clicks.some((at) => at >= since && at <= this.now);
  }

  ago(duration: string): Instant {
    return before(this.now, duration);
  }

  definition(name: string): boolean {
    // What both teams call a lead is a profile of it.
    if (this.#state.objected) return false;
    this.#forDefinitions ??= new View(this.#state, this.#facts, this.#playbook, this.now, SINCE_RETURN, undefined);
    return this.#playbook.definitions[name]?.test(this.#forDefinitions) ?? false;
  }
}

/** What conditions see of this lead at `now`. The state must not change while the scope is in use. */
export function viewOf(
  state: LeadState,
  facts: Facts,
  playbook: Playbook,
  now: Instant,
  span: Span = HISTORY,
  enrollment?: Enrollment,
): Scope {
  return new View(state, facts, playbook, now, span, enrollment);
}

/** What the rules of `chat` see: the lead, and the chat. */
export function viewOfChat(state: LeadState, facts: Facts, playbook: Playbook, now: Instant, chat: ChatScope): Scope {
  const view = new View(state, facts, playbook, now, HISTORY, undefined);
  view.chat = chat;
  return view;
}

/** Fit and engagement at `now` with their reasons. */
export function scoreOf(state: LeadState, facts: Facts, playbook: Playbook, now: Instant): Score {
  const zone = leadZone(facts, playbook);
  const shared = sharedEngagement(facts, playbook, now);
  return explainScore(state, playbook, now, zone, viewOf(state, facts, playbook, now), shared);
}

/** What counts for this lead of what its colleagues have earned. */
function sharedEngagement(facts: Facts, playbook: Playbook, now: Instant): number {
  const share = playbook.score.engagement.account;
  const account = share === undefined ? undefined : accountIn(facts);
  return share === undefined || account === undefined ? 0 : share * earnedByColleagues(account, playbook, now);
}
