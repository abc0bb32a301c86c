/**
 * Two leads that turn out to be one person become one: the survivor, with the history of both. The
 * other one ends. docs/decisions/one-person-one-lead.md says why each rule is as it is.
 */

import { revive } from '../custody-states.ts';
import { draftOf, type Request } from '../decide.ts';
import type { Decided } from '../decision.ts';
import { type Draft, journal } from '../draft.ts';
import { endEnrollment } from '../enrollment.ts';
import { stopFinding } from '../find-role.ts';
import type { Input } from '../input.ts';
import { moveStage } from '../stage.ts';
import { copyState, type Enrollment, type LeadState } from '../state.ts';
import { bar, isBarred } from './bar.ts';
import { type ClosedHandoff, uniteCustody } from './custody.ts';
import { uniteHistories } from './unite.ts';

export interface Other {
  readonly leadId: string;
  readonly state: LeadState;
  /** Not used up yet; they become the survivor's. */
  readonly inputs: readonly Input[];
}

export interface MergeRequest extends Pick<Request, 'state' | 'facts' | 'playbooks' | 'inputs' | 'now'> {
  readonly other: Other;
  readonly by: string;
}

export interface Merged {
  /** The survivor's next state and what must be written with it. */
  readonly decided: Decided;
  /** Whose handoff closes, when both had one or the person is out of reach. */
  readonly closedHandoff: ClosedHandoff;
}

/** Merges `other` into the lead of the request. Pure: neither is changed. */
export function mergeLeads({ other, by, ...request }: MergeRequest): Merged {
  const draft = draftOf({ ...request, maySend: false, sendAs: 'now' });
  const answers = [...request.inputs, ...other.inputs];
  const before = draft.state;
  const from = copyState(other.state);
  const d: Draft = {
    ...draft,
    state: uniteHistories(before, from),
    t: Math.max(request.now, request.state.at, other.state.at),
    answered: new Map(
      answers.flatMap(({ body }) => (body.kind === 'task.answered' ? [[body.task, body.answer] as const] : [])),
    ),
  };
  d.state.at = d.t;
  journal(d, {
    type: 'lead.merged',
    reason: 'merged',
    by,
    data: { from: other.leadId, custody: from.custody.who, stage: from.stage, runs: from.enrollments.length },
  });
  if (!from.expired) revive(d, by);
  riseTo(d, from.stage, by);
  const closedHandoff = uniteCustody(d, from.custody, { by, adopt: !isBarred(before, from) });
  uniteRuns(d, other.leadId, from.enrollments, by);
  const applied = refuseEntries(d, other.inputs, by);
  bar(d, before, from, by);
  if (d.state.custody.who === 'sales') delete d.state.resume;
  else stopFinding(d, 'merged');
  d.state.seq += 1;
  const decided: Decided = {
    kind: 'decided',
    state: d.state,
    effects: d.effects,
    applied,
    wake: { at: d.t, queue: 'lead', summary: 'merged' },
    entered: d.entered,
  };
  return { decided, closedHandoff };
}

/** The higher stage of the two; its own event is past, so no cadence begins by it. */
function riseTo(d: Draft, stage: string, by: string): void {
  const { stages } = d.playbooks.current;
  const rank = (id: string): number => stages.findIndex((one) => one.id === id);
  if (rank(stage) <= rank(d.state.stage)) return;
  const events = [...d.state.events];
  moveStage(d, { to: stage, reason: 'merged', by });
  d.state.events = events;
}

/** A lane has one run: the survivor's stays. The others go on where they are. */
function uniteRuns(d: Draft, leadId: string, theirs: readonly Enrollment[], by: string): void {
  for (const run of theirs) {
    const taken = d.reserved.has(run.lane) || d.state.enrollments.some((e) => e.lane === run.lane);
    // Numbered after all that either has had, so that no later run gets the id of an earlier one.
    const e = { ...run, madeFor: run.madeFor ?? leadId, nth: (d.state.past[run.cadence]?.n ?? 0) + 1 };
    d.state.enrollments.push(e);
    if (taken) endEnrollment(d, e, 'replaced', 'merged', { by });
  }
}

/** Entries that were asked for the other lead, into a lane that the survivor has. */
function refuseEntries(d: Draft, inputs: readonly Input[], by: string): string[] {
  const taken = new Set([...d.reserved, ...d.state.enrollments.map((e) => e.lane)]);
  return inputs.flatMap(({ id, body }) => {
    if (body.kind !== 'enroll') return [];
    const { hash: playbook, cadences } = d.playbooks.current;
    const lane = cadences[body.cadence]?.lane ?? '';
    if (!taken.has(lane)) return [];
    d.effects.push({
      kind: 'enrollment',
      id: body.enrollment,
      cadence: body.cadence,
      lane,
      state: 'replaced',
      step: null,
      dueAt: null,
      startedAt: d.t,
      endedAt: d.t,
      playbook,
    });
    journal(d, {
      type: 'input.ignored',
      reason: 'lane-taken',
      by,
      data: { input: id, kind: 'enroll', cadence: body.cadence, enrollment: body.enrollment },
    });
    return [id];
  });
}
