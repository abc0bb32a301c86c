/**
 * What a lead does when it is woken: load, decide, commit, act, record, and say when to wake next.
 *
 * One transaction loads the lead (its guard row locked), asks the core and commits the answer
 * under the sequence number it was loaded with; a touch goes to `sending` in that same commit. Its
 * message is ready by then, its request at SES but for the last byte, which follows the commit at
 * once. SES is waited for outside any transaction, and how it ended is the input of the next decision.
 *
 * How it fails: before the commit nothing has happened and a retry starts over. Between the commit
 * and the record the touch is `sending`; a retry never sends it again but waits for SES's `Send`
 * event (then it is `sent`) or for the time to give up (then it is `unconfirmed`, and shown).
 * docs/reliability.md has what is left to chance, with figures.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../src/clock.ts';
import type { Decided, TouchRequest } from '../src/core/decision.ts';
import { VolleyError } from '../src/core/errors.ts';
import type { Hold } from '../src/core/pause-scopes.ts';
import { type Pacer, type Permit, URGENCY } from '../src/pace/pacer.ts';
import type { PlaybookCache } from '../src/playbook/cache.ts';
import type { Database } from '../src/store/db.ts';
import { isStoreAway, LaneConflict, SequenceConflict, TaskConflict, TouchConflict } from '../src/store/errors.ts';
import { noteFailure } from '../src/store/failures.ts';
import { crowdMs } from '../src/store/inbox.ts';
import { endStrayRuns } from '../src/store/stray-runs.ts';
import { transact } from '../src/store/tx.ts';
import { createDeciding, type DecidedStep, type DecidingDeps, type Step } from './deciding.ts';
import { type DeliverDeps, makeReady, openLine } from './deliver.ts';
import { type Ended, endOf } from './ended.ts';
import { createGate } from './gate.ts';
import { Turn, takenBack } from './turn.ts';
import { createVersions, MissingVersions } from './versions.ts';

/** As small as it can be, since every touch's history holds one. */
export interface AdvanceAnswer {
  /** Sequence number of the state this answer comes from. */
  readonly n: number;
  /** When to run again: due time, real ms until then, queue, and words for Temporal's UI. Absent: at the next nudge. */
  readonly w?: {
    readonly t: number;
    readonly ms: number;
    readonly q: 'l' | 'e';
    readonly s: string;
    /** Temporal's priority key, where it is not the usual one. */
    readonly p?: number;
  };
}

/** The lead workflow's activities, on both queues. */
export interface LeadActivities {
  advance(leadId: string): Promise<AdvanceAnswer>;
}

/**
 * Moments at which a test may pause or kill; production passes nothing. In order: the touch is decided and nothing
 * written; it is written and its message ready, not committed; committed, not sent; SES has answered; recorded.
 */
export const ADVANCE_POINTS = ['claiming', 'claimed', 'sending-committed', 'accepted', 'recorded'] as const;
export type AdvancePoint = (typeof ADVANCE_POINTS)[number];

export interface AdvanceDeps extends DeliverDeps, Pick<DecidingDeps, 'giveUpMs' | 'record'> {
  readonly database: Database;
  readonly playbooks: Pick<PlaybookCache, 'get'>;
  /** Wakes leads that this one has written to; absent, the sweeper does. */
  readonly nudger?: { nudge(leadIds: readonly string[]): Promise<void> };
  /** Who may send when; absent: at once (a sped-up clock). */
  readonly pacer?: Pick<Pacer, 'permit' | 'rate'> | undefined;
  readonly onPoint?: (point: AdvancePoint, at: { leadId: string; touchId: string }) => Promise<void>;
}

/** `maySend`: on the email queue. Errors are the database's, or bugs; all are worth a retry. */
export type Advance = (
  leadId: string,
  /** `urgency`: the task's priority key; bulk when it has none. */
  options: { maySend: boolean; urgency?: number | undefined },
) => Promise<AdvanceAnswer>;

/** A nudge and an answer that race are rare; losing this often in a row means something else is wrong. */
const MOST_CONFLICTS = 5;
/**
 * What an answer in the inbox has ended is known after loading again. A task or touch that is found ended
 * this often has nothing in the inbox that says how, and would be found so for ever: the decision leaves it be.
 */
const MENDED_AFTER = 3;
/**
 * No touch is begun later than this in an activity: with 3 s for a connection and 10 s for SES's answer it ends
 * inside the 20 s that a worker has to stop, and inside the activity's own 30 s. What is left goes on in the next one.
 */
const LONGEST_MS = 5_000;
/** How long what only this process knows of a touch waits for a store that is away, real ms. */
const STORE_BACK_MS = 60_000;
/** A lead that does not exist (any more): newer than anything, so that its workflow ends. */
const GONE: AdvanceAnswer = { n: Number.MAX_SAFE_INTEGER };

export function createAdvance(deps: AdvanceDeps): Advance {
  const { database, clock, log } = deps;
  const versions = createVersions(deps.playbooks);
  const gate = createGate();
  const decideIn = createDeciding({ ...deps, still: gate.still }, versions);
  /**
   * One transaction. A touch's message is made in it, so that after its commit only one write is left to do; what
   * cannot go is decided about again before anybody sees it as `sending`.
   */
  const step = (leadId: string, turn: Turn, ended: Ended | undefined): Promise<Step> =>
    transact(
      database.db,
      async (tx) => {
        const told: string[] = [];
        for (let known = ended; ; ) {
          const done = await decideIn(tx, leadId, turn, known);
          if (done.kind !== 'decided') return done;
          told.push(...done.decided.effects.flatMap((effect) => (effect.kind === 'colleague' ? [effect.lead] : [])));
          const { touch } = done.decided;
          if (touch === undefined) return { ...done, told };
          const by = { playbook: versions.get(touch.playbook), company: done.company };
          turn.leave = await gate.enter();
          const made = await makeReady(tx, touch, done.facts, by, { deps, line: turn.line });
          if (made.kind !== 'ready') {
            known = endOf(touch, made, done.decided.state, clock);
            // Deciding waits for those inside, and for rows of those who wait to enter.
            turn.drop();
            continue;
          }
          turn.take(touch, made);
          await deps.onPoint?.('claimed', { leadId, touchId: touch.id });
          return { ...done, told };
        }
      },
      () => turn.drop(),
    );

  /**
   * Loads and decides again what was decided on an old state, and what lacked a playbook version. What this process
   * alone knows (that a touch went, or that it did not) waits for a store that is away.
   */
  const stepSurely = async (leadId: string, turn: Turn, given: Ended | undefined): Promise<Step> => {
    let ended = given;
    const found: string[] = [];
    const until = Date.now() + STORE_BACK_MS;
    for (let conflicts = 0, waitMs = 100; ; ) {
      try {
        turn.already = new Set(found.filter((id) => found.filter((one) => one === id).length >= MENDED_AFTER));
        if (turn.maySend && ended === undefined) turn.line = await openLine(leadId, deps);
        return await step(leadId, turn, ended);
      } catch (error) {
        const cutOff = turn.touch;
        turn.drop();
        if (error instanceof MissingVersions) {
          await versions.load(error.hashes);
        } else if (isConflict(error) && conflicts < MOST_CONFLICTS) {
          conflicts += 1;
          if (error instanceof TaskConflict || error instanceof TouchConflict) found.push(error.of);
          // Loading again shows who took the lane, unless nobody has.
          if (error instanceof LaneConflict && conflicts >= MENDED_AFTER) {
            const ended = await transact(database.db, (tx) => endStrayRuns(tx, leadId, clock.now()));
            if (ended.length > 0)
              log.warn({ leadId, enrollments: ended }, 'a run that the lead did not know was ended');
          }
          log.debug({ leadId, conflict: error.name }, 'decided on an old state; loading again');
        } else if ((cutOff ?? ended) !== undefined && isStoreAway(error) && Date.now() < until) {
          // The last byte was never let go: if the commit took effect all the same, the touch goes back to `claimed`.
          if (cutOff !== undefined) ended = takenBack(cutOff, turn.holder, clock);
          await pause(waitMs);
          waitMs = Math.min(2_000, waitMs * 2);
        } else {
          throw error;
        }
      } finally {
        turn.hangUp();
      }
    }
  };

  /** Colleagues with something new in their inbox. A nudge that fails is the sweeper's. */
  const nudge = async (told: readonly string[]): Promise<void> => {
    if (told.length === 0) return;
    await deps.nudger
      ?.nudge(told)
      .catch((err: unknown) => log.warn({ err, leads: told.length }, 'nudge failed; the sweeper repeats it'));
  };

  /** How much later than its due time a lead is woken, so that those due in one second do not all wake in it. */
  const answer = async (decided: Decided): Promise<AdvanceAnswer> => {
    const { wake } = decided;
    const crowded = wake?.queue === 'email' && wake.urgent !== true && wake.at > clock.now();
    const rate = crowded ? await deps.pacer?.rate() : undefined;
    return answerOf(decided, clock, crowded && rate !== undefined ? await crowdMs(database.db, wake.at, rate) : 0);
  };

  const send = async (touch: TouchRequest, turn: Turn, { decided, facts, told }: DecidedStep): Promise<Ended> => {
    const at = { leadId: facts.leadId, touchId: touch.id };
    if (deps.onPoint !== undefined) {
      await deps.onPoint('sending-committed', at).catch((error: unknown) => {
        turn.drop();
        throw error;
      });
    }
    const [delivery] = await Promise.all([turn.go(), nudge(told)]);
    if (delivery.kind === 'accepted') await deps.onPoint?.('accepted', at);
    return endOf(touch, delivery, decided.state, clock);
  };

  const run: Advance = async (leadId, { maySend, urgency = URGENCY.bulk }) => {
    const started = Date.now();
    let ended: Ended | undefined;
    for (;;) {
      // What is known of a touch is recorded first, and by itself: no connection stands between, and no permit.
      const leave = maySend && ended === undefined ? await leaveFor(deps.pacer, urgency, started) : undefined;
      const turn = new Turn(leave?.kind === 'permit' || leave?.kind === 'exhausted');
      if (leave?.kind === 'exhausted') turn.holds = holdsOf(leave.scope);
      let used = false;
      try {
        const done = await stepSurely(leadId, turn, ended);
        if (done.kind === 'gone') return GONE;
        if (done.kind === 'idle') return { n: done.seq };
        const { decided, now } = done;
        if (decided.touch !== undefined) {
          used = true;
          // At once: between its commit and this the touch can be cut off.
          ended = await send(decided.touch, turn, done);
          continue;
        }
        if (ended !== undefined) await deps.onPoint?.('recorded', { leadId, touchId: ended.touch.id });
        await nudge(done.told);
        const recording = ended !== undefined;
        ended = undefined;
        const { wake } = decided;
        const goOn = wake !== null && (maySend || wake.queue === 'lead') && wake.at <= clock.now();
        if (!goOn || leave?.kind === 'late' || Date.now() - started > LONGEST_MS) return await answer(decided);
        if (!recording && wake.at <= now && decided.effects.length + decided.applied.length === 0) {
          // Something is due and the core does nothing about it: a slow retry that shows, no loop.
          throw new Error(`lead ${leadId} makes no progress on ${wake.summary}`);
        }
      } finally {
        if (leave?.kind === 'permit') leave.done(used);
      }
    }
  };

  return async (leadId, options) => {
    try {
      return await run(leadId, options);
    } catch (error) {
      const code = error instanceof VolleyError ? error.code : 'unexpected';
      // A store that is away is seen otherwise, and must not hide why this failed.
      await noteFailure(database.db, leadId, code, clock.now()).catch(() => {});
      throw error;
    }
  };
}

const AT_ONCE: Permit = { kind: 'permit', done: () => {} };

/** Not so late that the touch would begin after `LONGEST_MS`. */
const leaveFor = (pacer: AdvanceDeps['pacer'], urgency: number, started: number) =>
  pacer?.permit(urgency, LONGEST_MS - (Date.now() - started)) ?? AT_ONCE;

/** Without a permit nothing goes, not even what the scope leaves alone: that is nudged again at once. */
const holdsOf = (scope: Hold): readonly Hold[] => (scope === 'quota:marketing' ? [scope, 'quota:all'] : [scope]);

function answerOf({ state, wake }: Decided, clock: Clock, laterMs: number): AdvanceAnswer {
  if (wake === null) return { n: state.seq };
  const { at, queue, summary, urgent } = wake;
  const ms = clock.realUntil(at) + laterMs;
  const w = { t: at, ms, q: queue === 'email' ? ('e' as const) : ('l' as const), s: summary };
  return { n: state.seq, w: urgent === true ? { ...w, p: URGENCY.urgent } : w };
}

const isConflict = (error: unknown): error is Error =>
  error instanceof SequenceConflict ||
  error instanceof TaskConflict ||
  error instanceof LaneConflict ||
  error instanceof TouchConflict;
