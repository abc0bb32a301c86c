/**
 * Merging two leads: both rows locked, the core asked how two states become one, everything that
 * belongs to the other moved, its names kept as aliases. All in the caller's transaction, so of two
 * merges that meet one finds the other done.
 */
import { VolleyError } from '../core/errors.ts';
import type { Playbooks } from '../core/facts.ts';
import { mergeLeads } from '../core/merge/merge.ts';
import { initialState, type LeadState } from '../core/state.ts';
import type { Instant } from '../core/time.ts';
import { commitDecision } from './commit.ts';
import { putInputs } from './inbox.ts';
import { mergedInto } from './lead-aliases.ts';
import { absorb, endHandoffRow, moveHistory, type Pair, uniteConsent } from './lead-merge-rows.ts';
import { toFields } from './leads.ts';
import { uniteChoices } from './preferences.ts';
import type { Db } from './schema.ts';
import { type Loaded, loadLead } from './states.ts';
import { date } from './values.ts';

export interface MergeFrame {
  readonly playbooks: Playbooks;
  readonly now: Instant;
  readonly by: string;
}

/**
 * Merges one lead into another. Nudge both after the commit: the survivor goes on, the other's workflow ends.
 * @throws VolleyError `already-merged` naming the survivor, `unknown-lead` when there is no such lead
 */
export async function mergeLead(tx: Db, fromId: string, intoId: string, frame: MergeFrame): Promise<void> {
  const { playbooks, now, by } = frame;
  // In one order everywhere, so that merging A into B and B into A do not wait for each other.
  const loaded = new Map<string, Loaded | null>();
  for (const id of [fromId, intoId].sort()) loaded.set(id, await loadLead(tx, id));
  const from = await present(tx, fromId, loaded.get(fromId));
  const into = await present(tx, intoId, loaded.get(intoId));
  const pair: Pair = { from: await rowOf(tx, fromId), into: await rowOf(tx, intoId), by, now };
  const theirs = stateOf(from, playbooks);
  const { decided, closedHandoff } = mergeLeads({
    state: stateOf(into, playbooks),
    facts: into.facts,
    playbooks,
    inputs: into.inputs,
    now,
    other: { leadId: fromId, state: theirs, inputs: from.inputs },
    by,
  });
  if (closedHandoff !== undefined) await endHandoffRow(tx, closedHandoff === 'other' ? fromId : intoId, now);
  const { listeners } = into;
  await commitDecision(tx, intoId, into.seq, decided, { now, playbook: playbooks.current.hash, listeners });
  await lastEntry(tx, pair, theirs.journal + 1, playbooks.current.hash);
  await moveHistory(tx, pair);
  const { consents } = from.facts;
  await uniteConsent(tx, pair, from.facts);
  await uniteChoices(tx, pair.from.id, pair.into.id);
  await absorb(tx, pair, { ...toFields(pair.from), externalId: pair.from.external_id, consents });
  await putInputs(tx, [{ leadId: intoId, at: now, body: { kind: 'lead.changed', by } }], now);
}

/** @throws VolleyError `already-merged`, `unknown-lead` */
async function present(tx: Db, id: string, loaded: Loaded | null | undefined): Promise<Loaded> {
  if (loaded) return loaded;
  const survivor = await mergedInto(tx, id);
  if (survivor === null) throw new VolleyError('unknown-lead', `there is no lead ${id}`);
  throw new AlreadyMerged(id, survivor);
}

/** A lead that is another one's by now. */
export class AlreadyMerged extends VolleyError {
  override readonly name = 'AlreadyMerged';
  readonly mergedInto: string;
  constructor(id: string, survivor: string) {
    super('already-merged', `lead ${id} was merged into ${survivor}`, { fix: 'Use that one.' });
    this.mergedInto = survivor;
  }
}

const stateOf = ({ state, facts }: Loaded, { current }: Playbooks): LeadState =>
  state ?? initialState(current.stages[0]?.id ?? '', facts.createdAt);

const rowOf = (tx: Db, id: string) => tx.selectFrom('leads').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

/** The other lead's journal ends with where it went on. */
async function lastEntry(tx: Db, { from, into, by, now }: Pair, seq: number, playbook: string): Promise<void> {
  await tx
    .insertInto('journal')
    .values({
      lead_id: from.id,
      seq,
      at: date(now),
      type: 'lead.merged',
      reason: 'merged',
      actor: by,
      playbook,
      data: JSON.stringify({ into: into.id }),
    })
    .execute();
}
