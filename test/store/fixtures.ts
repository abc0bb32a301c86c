/** Leads and decisions for store tests, as small as they can be. */
import type { Decided, Effect, TaskOpened, TouchRequest } from '../../src/core/decision.ts';
import { type ScrubbedLead, scrub } from '../../src/core/scrub.ts';
import { initialState, type LeadState } from '../../src/core/state.ts';
import type { Db } from '../../src/store/db.ts';
import { upsertLead } from '../../src/store/leads.ts';
import { commitDecision } from '../../src/store/states.ts';
import { transact } from '../../src/store/tx.ts';

/** Tuesday 2026-11-24, 09:00 UTC. */
export const NOW = Date.UTC(2026, 10, 24, 9);

let made = 0;

/** A scrubbed lead with an address nobody else has, unless one is given. */
export function lead(input: Partial<Parameters<typeof scrub>[0]> = {}): ScrubbedLead {
  made += 1;
  const result = scrub({ email: `person${made}@acme.example`, firstName: 'Ada', lastName: 'Byron', ...input });
  if (!result.ok) throw new Error(result.message);
  return result.lead;
}

/** Creates a lead and returns its id. */
export async function createLead(db: Db, input: Parameters<typeof lead>[0] = {}): Promise<string> {
  const { id } = await transact(db, (tx) => upsertLead(tx, lead(input), NOW));
  return id;
}

export const state = (changes: Partial<LeadState> = {}): LeadState => ({
  ...initialState('exploring', NOW),
  ...changes,
});

export const decided = (changes: Partial<Decided> = {}): Decided => ({
  kind: 'decided',
  state: state(),
  effects: [],
  applied: [],
  entered: [],
  wake: null,
  ...changes,
});

export const touch = (id: string, changes: Partial<TouchRequest> = {}): TouchRequest => ({
  id,
  enrollment: 'e1',
  cadence: 'guide',
  step: 'welcome',
  email: 'welcome',
  purpose: 'marketing',
  playbook: 'hash',
  dueAt: NOW,
  at: NOW,
  ...changes,
});

export const task = (id: string, changes: Partial<TaskOpened> = {}): TaskOpened => ({
  id,
  kind: 'handoff',
  title: 'Call {{ lead.firstName }}',
  priority: 'normal',
  dueAt: NOW + 3_600_000,
  openedAt: NOW,
  context: {
    why: 'asked for a demo',
    score: { fit: 30, engagement: 60, reasons: ['demo.requested +60'] },
    signals: [{ type: 'demo.requested', count: 1, last: '2026-11-24T09:00:00.000Z' }],
    asked: [],
    lastTouches: [],
  },
  ...changes,
});

export const enrollment = (
  id: string,
  changes: Partial<Extract<Effect, { kind: 'enrollment' }>> = {},
): Extract<Effect, { kind: 'enrollment' }> => ({
  kind: 'enrollment',
  id,
  cadence: 'guide',
  lane: 'nurture',
  state: 'running',
  step: 'welcome',
  dueAt: NOW,
  startedAt: NOW,
  playbook: 'hash',
  ...changes,
});

/** Commits in a transaction of its own; returns the new sequence number. */
export const commit = (
  db: Db,
  leadId: string,
  seq: number,
  decision: Partial<Decided>,
  extra: Partial<Parameters<typeof commitDecision>[4]> = {},
): Promise<number> => transact(db, (tx) => commitDecision(tx, leadId, seq, decided(decision), { now: NOW, ...extra }));
