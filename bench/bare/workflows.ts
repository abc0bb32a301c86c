/** The baseline: what the engine does when there is nothing around it. Bundled together with ours. */
import { condition, defineSignal, proxyActivities, setHandler, sleep } from '@temporalio/workflow';

export interface BareActivities {
  noop(): Promise<void>;
  mark(id: string): Promise<void>;
}

const { noop, mark } = proxyActivities<BareActivities>({ startToCloseTimeout: '30s' });

/** A bare start: start, first workflow task, one empty activity. */
export async function bareStart(): Promise<void> {
  await noop();
}

/** Bare touches: a timer and an empty activity for each due time (epoch ms); one that is past has no timer, as with ours. */
export async function bareTouches(due: readonly number[]): Promise<void> {
  for (const at of due) {
    if (at > Date.now()) await sleep(at - Date.now());
    await noop();
  }
}

export const poke = defineSignal('poke');

/** A bare signal: one activity for each. Ends after `signals` of them. */
export async function bareSignals(id: string, signals: number): Promise<void> {
  let waiting = 0;
  setHandler(poke, () => {
    waiting += 1;
  });
  for (let left = signals; left > 0; left -= 1) {
    await condition(() => waiting > 0);
    waiting -= 1;
    await mark(id);
  }
}
