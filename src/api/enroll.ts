/**
 * Enrolling by hand or by another system: the entry rules are asked here, with the lead locked, so
 * the caller gets the truth at once; the engine asks them again when it applies the inbox row.
 */
import { mayEnter } from '../core/entry.ts';
import type { Playbook } from '../core/playbook.ts';
import { initialState } from '../core/state.ts';
import { type Instant, iso } from '../core/time.ts';
import { type EnrollmentRow, openEnrollment } from '../store/enrollments.ts';
import { type NewInput, putInputs } from '../store/inbox.ts';
import { findLeadIds } from '../store/leads.ts';
import type { Db } from '../store/schema.ts';
import { loadLead } from '../store/states.ts';
import { newId } from '../store/values.ts';
import { nameOf } from './find-lead.ts';
import { Problem } from './problem/problem.ts';
import type { LeadRef } from './schemas/common.ts';

export interface Wish {
  readonly lead: LeadRef;
  readonly cadence: string;
}

export type Enrolled =
  | { readonly ok: true; readonly enrollment: EnrollmentRow }
  | { readonly ok: false; readonly problem: Problem };

interface Frame {
  readonly playbook: Playbook;
  readonly now: Instant;
  readonly by: string;
}

const no = (problem: Problem): Enrolled => ({ ok: false, problem });

/**
 * Enrolls each lead, or says why not; answers are in the order of the wishes. Leads are locked in
 * the order of their ids, so that two batches over the same leads do not wait for each other in a circle.
 */
export async function enrollAll(tx: Db, wishes: readonly Wish[], frame: Frame): Promise<readonly Enrolled[]> {
  const ids = await findLeadIds(
    tx,
    wishes.map((wish) => wish.lead),
  );
  const known = wishes.map((wish, index) => ({ wish, index, id: ids[index] ?? null }));
  const answers: Enrolled[] = wishes.map((wish) =>
    no(
      new Problem('unknown-lead', `There is no lead with ${nameOf(wish.lead)}`, {
        errors: [{ path: 'lead', message: 'is not known' }],
      }),
    ),
  );
  const inputs: NewInput[] = [];
  for (const { wish, index, id } of known.toSorted((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))) {
    if (id === null) continue;
    const answer = await enrollOne(tx, id, wish.cadence, frame);
    answers[index] = answer;
    if (!answer.ok) continue;
    const { enrollment } = answer;
    const body = { kind: 'enroll' as const, enrollment: enrollment.id, cadence: wish.cadence, by: frame.by };
    inputs.push({ leadId: id, key: `enroll:${enrollment.id}`, at: frame.now, body });
  }
  await putInputs(tx, inputs, frame.now);
  return answers;
}

async function enrollOne(tx: Db, leadId: string, cadenceId: string, { playbook, now }: Frame): Promise<Enrolled> {
  const cadence = playbook.cadences[cadenceId];
  if (cadence === undefined) {
    return no(
      new Problem('unknown-in-playbook', `The playbook has no cadence ${cadenceId}`, {
        errors: [{ path: 'cadence', message: `is none of ${Object.keys(playbook.cadences).join(', ')}` }],
      }),
    );
  }
  const loaded = await loadLead(tx, leadId);
  if (loaded === null) return no(new Problem('unknown-lead', `There is no lead ${leadId}`));
  const state = loaded.state ?? initialState(playbook.stages[0]?.id ?? '', now);
  const answer = mayEnter({ state, facts: loaded.facts, playbook, cadence, now });
  if (!answer.ok) {
    if (answer.reason === 'lane-taken') return no(laneTaken(cadence.lane, answer.sentence));
    const retryAt = answer.retryAt === undefined ? {} : { retryAt: iso(answer.retryAt) };
    return no(new Problem('entry-refused', answer.sentence, { more: { reason: answer.reason, ...retryAt } }));
  }
  const enrollment = {
    id: newId(),
    leadId,
    cadence: cadenceId,
    lane: cadence.lane,
    playbook: playbook.hash,
    startedAt: now,
  };
  const opened = await openEnrollment(tx, enrollment);
  if (opened === 'lane-taken') return no(laneTaken(cadence.lane, 'The lead already runs a cadence in this lane.'));
  return { ok: true, enrollment: { ...enrollment, state: 'running', step: null, dueAt: null, endedAt: null } };
}

const laneTaken = (lane: string, sentence: string): Problem =>
  new Problem('lane-taken', sentence, { more: { reason: 'lane-taken', lane } });
