/**
 * Playbook versions at hand inside a transaction, where nothing may be awaited but the database
 * (PGlite is one connection: a second reader would wait for ever). A version that is not at hand
 * is loaded between two tries.
 */
import type { Playbooks } from '../src/core/facts.ts';
import type { Playbook } from '../src/core/playbook.ts';
import type { LeadState } from '../src/core/state.ts';
import type { PlaybookCache } from '../src/playbook/cache.ts';

/** Asks the caller to load these and try again. */
export class MissingVersions extends Error {
  override readonly name = 'MissingVersions';
  readonly hashes: readonly string[];

  constructor(hashes: readonly string[]) {
    super(`playbook versions not at hand: ${hashes.join(', ')}`);
    this.hashes = hashes;
  }
}

export interface Versions {
  /** Throws MissingVersions. */
  get(hash: string): Playbook;
  /** What a decision about this state can ask for. Throws MissingVersions naming all it lacks. */
  forState(current: string, state: LeadState | null): Playbooks;
  load(hashes: readonly string[]): Promise<void>;
}

/** Leads are pinned to the version they entered with, so a few are in use at a time. */
const KEPT = 32;

export function createVersions(cache: Pick<PlaybookCache, 'get'>): Versions {
  // A Map keeps insertion order: the first key is the one used longest ago.
  const atHand = new Map<string, Playbook>();
  const get = (hash: string): Playbook => {
    const playbook = atHand.get(hash);
    if (playbook === undefined) throw new MissingVersions([hash]);
    return playbook;
  };
  return {
    get,
    forState(current, state) {
      const needed = new Set([current]);
      for (const enrollment of state?.enrollments ?? []) needed.add(enrollment.playbook);
      for (const sending of state?.sending ?? []) needed.add(sending.playbook);
      const missing = [...needed].filter((hash) => !atHand.has(hash));
      if (missing.length > 0) throw new MissingVersions(missing);
      return { current: get(current), get };
    },
    async load(hashes) {
      for (const hash of hashes) {
        const playbook = await cache.get(hash);
        atHand.delete(hash);
        atHand.set(hash, playbook);
        const oldest = atHand.keys().next().value;
        if (atHand.size > KEPT && oldest !== undefined) atHand.delete(oldest);
      }
    },
  };
}
