/**
 * A lead's durable loop: wait until something is due or a nudge arrives, run `advance`, repeat.
 *
 * It decides nothing and knows nothing about the lead: `advance` reads the rows, decides, commits
 * and answers when it wants to be run again. A signal carries nothing either (the inbox row is the
 * message), so none can be lost, doubled or reordered by continue-as-new. It fails only when this
 * file changes in a way that running histories do not replay: patch it, and keep the recorded
 * histories in `test/workflows/histories` replaying.
 */
import {
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { LeadActivities } from '../activities/advance.ts';
import { EMAIL_QUEUE, LEAD_QUEUE, NUDGE_SIGNAL } from '../src/temporal/names.ts';

/** Look at your inbox. */
export const nudge = defineSignal(NUDGE_SIGNAL);

/** When `advance` wants to run next: `t` names the due time, `at` is when that is on the real clock. */
interface Due {
  readonly t: number;
  readonly at: number;
  readonly q: 'l' | 'e';
  readonly s: string;
  /** Priority key of its activity on the email queue; absent: the usual one. */
  readonly p?: number;
}

export interface LeadInput {
  readonly leadId: string;
  /** Carried over by continue-as-new; a run without it advances first. */
  readonly due?: Due;
}

/**
 * The one retry policy: for ever, backing off to five minutes. An error that knows better says so
 * itself (`nextRetryDelay`, or non-retryable). 30 s covers the slowest send (its own timeouts end
 * it sooner) and bounds how long a lead waits after its worker was killed.
 */
const { advance } = proxyActivities<LeadActivities>({
  taskQueue: LEAD_QUEUE,
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
});

/** A due time that comes this much sooner than its timer restarts it; so a changed speed factor takes effect. */
const MOVED_MS = 60_000;

/** A running timer, and the due time it stands for. */
class Alarm {
  fired = false;
  readonly due: Due;
  readonly #scope = new CancellationScope();

  constructor(due: Due) {
    this.due = due;
    this.#scope
      .run(() => sleep(due.at - Date.now(), { summary: due.s }))
      .then(
        () => {
          this.fired = true;
        },
        () => {},
      );
  }

  standsFor(due: Due): boolean {
    return !this.fired && this.due.t === due.t && due.at > this.due.at - MOVED_MS;
  }

  cancel(): void {
    if (!this.fired) this.#scope.cancel();
  }
}

export async function lead(input: LeadInput): Promise<void> {
  let nudged = input.due === undefined;
  setHandler(nudge, () => {
    nudged = true;
  });
  let due = input.due;
  let alarm: Alarm | undefined;
  let newest = -1;
  /** An `advance` on the email queue waits there for its turn; nudges are answered meanwhile. */
  let emailing = false;
  let failure: unknown;

  const isDue = (): boolean => due !== undefined && (alarm?.fired === true || due.at <= Date.now());
  const forgetFired = (): void => {
    if (alarm?.fired === true) alarm = undefined;
  };
  const advanceOn = async (taskQueue: string, summary: string, priorityKey?: number): Promise<void> => {
    forgetFired();
    const priority = priorityKey === undefined ? {} : { priority: { priorityKey } };
    const answer = await advance.executeWithOptions({ taskQueue, summary, ...priority }, [input.leadId]);
    forgetFired();
    // One a queue may be under way: the answer with the higher sequence number saw more.
    if (answer.n < newest) return;
    newest = answer.n;
    if (answer.w === undefined) due = undefined;
    else {
      const { t, ms, q, s, p } = answer.w;
      due = { t, at: Date.now() + ms, q, s, ...(p === undefined ? {} : { p }) };
    }
  };
  const startEmailing = ({ s, p }: Due): void => {
    emailing = true;
    advanceOn(EMAIL_QUEUE, s, p)
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => {
        emailing = false;
      });
  };

  for (;;) {
    if (failure !== undefined) throw failure;
    const toSend = due !== undefined && due.q === 'e' && isDue() ? due : undefined;
    if (toSend !== undefined && !emailing) {
      nudged = false;
      startEmailing(toSend);
    } else if (nudged || (due !== undefined && toSend === undefined && isDue())) {
      nudged = false;
      await advanceOn(LEAD_QUEUE, due !== undefined && toSend === undefined && isDue() ? due.s : 'look at the inbox');
      continue;
    } else if (due === undefined && !emailing) {
      alarm?.cancel();
      return;
    } else if (due !== undefined && !emailing && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof lead>({ leadId: input.leadId, due });
    }
    const ahead = toSend === undefined ? due : undefined;
    if (ahead === undefined || alarm?.standsFor(ahead) !== true) {
      alarm?.cancel();
      alarm = ahead && new Alarm(ahead);
    }
    const wasEmailing = emailing;
    await condition(() => nudged || alarm?.fired === true || (wasEmailing && !emailing));
  }
}

// Moves to the newest version at its next task: months-long leads must not keep old versions alive.
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, lead);
