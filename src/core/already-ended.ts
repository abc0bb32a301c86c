/**
 * What a decision would end, and the store says has ended already, though nothing that waits for this
 * lead says so: loading again would find the same for ever. The decision stands, and writes nothing
 * there; the journal says so.
 */
import type { Effect } from './decision.ts';
import { type Draft, journal } from './draft.ts';

/** Ids of tasks and touches that loading again has not mended. */
export type AlreadyEnded = ReadonlySet<string>;

type Ending = Extract<Effect, { kind: 'task.close' | 'task.accept' | 'touch.skip' | 'touch.end' }>;

const idOf = (effect: Ending): string => (effect.kind === 'touch.skip' ? effect.touch.id : effect.id);

const isEnding = (effect: Effect): effect is Ending =>
  effect.kind === 'task.close' ||
  effect.kind === 'task.accept' ||
  effect.kind === 'touch.skip' ||
  effect.kind === 'touch.end';

/** Takes the endings of what has ended out of the draft, each with an entry. */
export function leaveEnded(d: Draft, ended: AlreadyEnded): void {
  const left = d.effects.filter((effect): effect is Ending => isEnding(effect) && ended.has(idOf(effect)));
  for (const effect of left) {
    d.effects.splice(d.effects.indexOf(effect), 1);
    const what = effect.kind.startsWith('task') ? 'task' : 'touch';
    journal(d, { type: 'lead.mended', reason: 'already-ended', by: 'clock', data: { [what]: idOf(effect) } });
  }
}
