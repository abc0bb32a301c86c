/** Asks the core of this build what it would decide about a wake that was recorded. Pure. */
import { decide } from '../decide.ts';
import type { Shared } from '../needs.ts';
import type { Playbook } from '../playbook.ts';
import { type LeadState, leadStateSchema } from '../state.ts';
import { type StateDocument, upcastState } from '../state-versions.ts';
import { type Difference, differences } from './compare.ts';
import { asData, nextOf, type Outcome, outcomeOf, type Recording } from './recording.ts';

export type Replayed =
  | { readonly kind: 'same' }
  | { readonly kind: 'differs'; readonly differences: readonly Difference[] }
  /** It would look at what leads share and the decision then did not: what it would decide cannot be told. */
  | { readonly kind: 'unknown'; readonly what: Shared }
  /** It would decide nothing: the lead would stand still. */
  | { readonly kind: 'fails'; readonly why: string };

/** @param versions playbooks by hash: those of `playbooksOf(recording)` */
export function replayWake(recording: Recording, versions: ReadonlyMap<string, Playbook>): Replayed {
  const before = readNow(recording.state);
  if (before === undefined) return { kind: 'fails', why: 'its state cannot be read any more' };
  const after = readNow(nextOf(recording.state, recording.outcome));
  if (after === undefined) return { kind: 'fails', why: 'the state it left cannot be read any more' };
  const decided = decideNow(recording, before, versions);
  if ('kind' in decided) return decided;
  const found = differences(recording.outcome, decided.outcome, { was: asData(after), now: decided.after });
  return found.length === 0 ? { kind: 'same' } : { kind: 'differs', differences: found };
}

/** What this build decides, as it would be recorded; `undefined` where it cannot be told. */
export function outcomeNow(recording: Recording, versions: ReadonlyMap<string, Playbook>): Outcome | undefined {
  const before = readNow(recording.state);
  const decided = before && decideNow(recording, before, versions);
  return decided === undefined || 'kind' in decided ? undefined : decided.outcome;
}

interface DecidedNow {
  readonly outcome: Outcome;
  readonly after: Readonly<Record<string, unknown>>;
}

function decideNow(
  { facts, playbook, inputs, now, maySend, sendAs, ended }: Recording,
  state: LeadState,
  versions: ReadonlyMap<string, Playbook>,
): DecidedNow | Extract<Replayed, { kind: 'unknown' | 'fails' }> {
  const get = (hash: string): Playbook => {
    const version = versions.get(hash);
    if (version === undefined) throw new Error(`there is no playbook version ${hash}`);
    return version;
  };
  try {
    const decision = decide({
      state,
      facts,
      playbooks: { current: get(playbook), get },
      inputs,
      now,
      maySend,
      sendAs,
      ended: new Set(ended),
    });
    if (decision.kind === 'needs') return { kind: 'unknown', what: decision.what };
    return { outcome: outcomeOf(decision, asData(state)), after: asData(decision.state) };
  } catch (error) {
    return { kind: 'fails', why: error instanceof Error ? error.message : String(error) };
  }
}

function readNow(document: StateDocument): LeadState | undefined {
  const upcast = upcastState(document);
  return upcast.kind === 'current' ? leadStateSchema.safeParse(upcast.document).data : undefined;
}
