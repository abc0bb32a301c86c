/** Playbook versions at hand for a pure function. */
import type { Playbooks } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import type { LeadState } from '../core/state.ts';
import type { ApiDeps } from './deps.ts';

/** A lead came to another version since they were read: read them again. */
export class NotAtHand extends Error {
  override readonly name = 'NotAtHand';

  constructor(hash: string) {
    super(`playbook ${hash} is not at hand`);
  }
}

/** The versions that these leads' runs are pinned to; read before a transaction, in which nothing else may be read. */
export async function pinned(
  deps: ApiDeps,
  states: readonly (LeadState | null)[],
  current: Playbook,
): Promise<Playbooks['get']> {
  const places = states.flatMap((state) => (state === null ? [] : [...state.enrollments, ...state.sending]));
  const versions = new Map([[current.hash, current]]);
  for (const { playbook: hash } of places) if (!versions.has(hash)) versions.set(hash, await deps.playbooks.get(hash));
  return (hash) => {
    const version = versions.get(hash);
    if (version === undefined) throw new NotAtHand(hash);
    return version;
  };
}
