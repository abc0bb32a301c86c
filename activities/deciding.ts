/** One decision: the lead loaded with its guard row locked, the core asked, its answer written; in one transaction. */
import type { Clock } from '../src/clock.ts';
import { accountIdOf } from '../src/core/account.ts';
import type { AlreadyEnded } from '../src/core/already-ended.ts';
import type { Request } from '../src/core/decide.ts';
import type { Decided } from '../src/core/decision.ts';
import type { Facts } from '../src/core/facts.ts';
import type { Company, Playbook } from '../src/core/playbook.ts';
import { initialState } from '../src/core/state.ts';
import type { Instant } from '../src/core/time.ts';
import { createRenderer } from '../src/email/render.ts';
import type { Logger } from '../src/log.ts';
import type { Db } from '../src/store/db.ts';
import { forgetLate } from '../src/store/erase.ts';
import { passOn } from '../src/store/lead-aliases.ts';
import { type CommitExtra, commitDecision, type Loaded, loadLead } from '../src/store/states.ts';
import { heldBy } from '../src/store/touches.ts';
import { type Ended, isSpedUp, lateEndOf, resultOf, resultsOf } from './ended.ts';
import { decideSharing } from './sharing.ts';
import type { Turn } from './turn.ts';
import type { Versions } from './versions.ts';

const GIVE_UP_MS = 15 * 60_000;
/** A sped-up development run is over after 15 minutes. */
const GIVE_UP_SPED_UP_MS = 60_000;

export type Step =
  | { readonly kind: 'gone' }
  /** No playbook has been applied yet: inputs wait in the inbox, and the sweeper nudges when there is one. */
  | { readonly kind: 'idle'; readonly seq: number }
  | DecidedStep;

export interface DecidedStep {
  readonly kind: 'decided';
  readonly decided: Decided;
  readonly facts: Facts;
  readonly now: Instant;
  /** As the playbook in force has it: a letter of an older version carries today's address. */
  readonly company: Company;
  /** Colleagues with something new in their inbox. */
  readonly told: readonly string[];
}

export interface DecidingDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a `Send` event may take when nobody else knows how a touch ended, real ms; 15 min (sped up: 1 min). */
  readonly giveUpMs?: number;
  /** Keeps a decision as a recording, or leaves it; in the transaction that decides. Absent: none is kept. */
  readonly record?: (tx: Db, request: Request, decided: Decided) => Promise<void>;
  /** Resolves when no touch stands between its commit and its last byte: deciding takes processor time. */
  readonly still?: () => Promise<void>;
  /** A touch is decided and nothing written. */
  readonly onPoint?: (point: 'claiming', at: { leadId: string; touchId: string }) => Promise<void>;
}

/** Within the transaction given; `ended`: the touch this activity has just tried, whose end is an input. */
export type DecideIn = (tx: Db, leadId: string, turn: Turn, ended: Ended | undefined) => Promise<Step>;

/** @throws what `commitDecision` throws, and MissingVersions: load them and decide again */
export function createDeciding(deps: DecidingDeps, versions: Versions): DecideIn {
  const { clock } = deps;
  const giveUpMs = deps.giveUpMs ?? (isSpedUp(clock) ? GIVE_UP_SPED_UP_MS : GIVE_UP_MS);
  return async (tx, leadId, turn, given) => {
    const loaded = await loadLead(tx, leadId);
    const ours = given?.holder === undefined || (await heldBy(tx, given.touch.id, given.holder));
    const ended = ours ? given : undefined;
    if (loaded === null) {
      await passOn(tx, leadId, ended === undefined ? [] : resultOf(ended), clock.now());
      await forgetLate(tx, leadId, ended === undefined ? undefined : lateEndOf(ended), clock.now());
      return { kind: 'gone' };
    }
    if (loaded.playbook === null) return { kind: 'idle', seq: loaded.seq };
    await deps.still?.();
    const now = clock.now();
    const known = requestOf(withHolds(loaded, turn.holds), versions, clock, { now, maySend: turn.maySend, ended });
    const request = { ...known, ended: turn.already };
    const { decided: decision, facts } = await decideSharing(tx, request, now);
    await deps.record?.(tx, { ...request, facts }, decision);
    const decided = withGiveUp(decision, now + giveUpMs * clock.anchor.factor);
    if (decided.touch !== undefined) await deps.onPoint?.('claiming', { leadId, touchId: decided.touch.id });
    const rows = new Set(loaded.inputs.map((input) => input.id));
    const applied = decided.applied.filter((id) => rows.has(id));
    const commit = withoutEnded({ ...decided, applied }, turn.already);
    await commitDecision(tx, leadId, loaded.seq, commit, {
      now,
      playbook: loaded.playbook,
      toEmail: facts.lead.email,
      holder: turn.holder,
      accountId: accountIdOf(facts.lead.domain),
      sesMessageId: ended?.messageId,
      listeners: loaded.listeners,
      subject: ended?.subject,
      tasks: renderTasks(decided, facts, request.playbooks.current, deps),
    });
    return { kind: 'decided', decided: commit, facts, now, company: request.playbooks.current.company, told: [] };
  };
}

/** The quota may have run out before the row that says so was there. */
const withHolds = (loaded: Loaded, holds: readonly string[]): Loaded =>
  holds.length === 0 ? loaded : { ...loaded, facts: { ...loaded.facts, pauses: [...loaded.facts.pauses, ...holds] } };

function requestOf(
  loaded: Loaded,
  versions: Versions,
  clock: Clock,
  { now, maySend, ended }: { now: Instant; maySend: boolean; ended: Ended | undefined },
) {
  const playbooks = versions.forState(loaded.playbook ?? '', loaded.state);
  const { facts } = loaded;
  const state = loaded.state ?? initialState(playbooks.current.stages[0]?.id ?? '', facts.createdAt);
  return {
    state,
    facts,
    playbooks,
    inputs: [...loaded.inputs, ...resultsOf(state, loaded.sendingAccepted, ended, now)],
    now,
    maySend,
    sendAs: isSpedUp(clock) ? ('due' as const) : ('now' as const),
  };
}

/**
 * SES answers in real time, so the time to give up is counted in real time whatever the clock's
 * speed; and a decision with a touch gets a wake, so that the rows alone find its lead if the
 * worker dies now.
 */
function withGiveUp(decided: Decided, giveUpAt: Instant): Decided {
  const { touch, state } = decided;
  if (touch === undefined) return decided;
  const sending = state.sending.map((entry) => (entry.touch === touch.id ? { ...entry, giveUpAt } : entry));
  const summary = `${touch.cadence} / ${touch.step}: resolve`;
  return { ...decided, state: { ...state, sending }, wake: { at: giveUpAt, queue: 'lead', summary } };
}

/** A touch that has ended already never goes again; when its time to give up comes, the lead goes on. */
function withoutEnded({ touch, ...decided }: Decided, already: AlreadyEnded): Decided {
  return touch === undefined || already.has(touch.id) ? decided : { ...decided, touch };
}

/** Titles and bodies of the tasks opened. A template that fails leaves the kind as title: work must not get lost. */
function renderTasks(
  decided: Decided,
  facts: Facts,
  playbook: Playbook,
  deps: Pick<DecidingDeps, 'log'>,
): NonNullable<CommitExtra['tasks']> {
  const rendered: Record<string, { title: string; body?: string }> = {};
  for (const effect of decided.effects) {
    if (effect.kind !== 'task.open') continue;
    const { task } = effect;
    const rep = task.assignee === undefined ? undefined : facts.routing?.reps[task.assignee];
    const line = (template: string): string =>
      createRenderer(playbook).line(template, { lead: facts.lead, rep: rep ?? facts.custodian, role: task.role });
    try {
      rendered[task.id] = { title: line(task.title), ...(task.body === undefined ? {} : { body: line(task.body) }) };
    } catch (err) {
      deps.log.error({ leadId: facts.leadId, taskId: task.id, err }, 'the title of a task could not be made');
      rendered[task.id] = { title: task.kind };
    }
  }
  return rendered;
}
