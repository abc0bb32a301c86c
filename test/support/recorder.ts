/** A stand-in for what a lead decides: the loop's tests say what each `advance` answers. */
import { Context } from '@temporalio/activity';
import type { AdvanceAnswer, LeadActivities } from '../../activities/advance.ts';

export interface Call {
  readonly leadId: string;
  readonly queue: string;
  readonly attempt: number;
  /** Real epoch ms. */
  readonly at: number;
}

export type Script = (call: Call, nth: number) => AdvanceAnswer | Promise<AdvanceAnswer>;

export interface Recorder {
  readonly activities: LeadActivities;
  readonly calls: readonly Call[];
  /** Resolves when `advance` has been called this often. */
  called(times: number): Promise<Call>;
}

export function createRecorder(script: Script): Recorder {
  const calls: Call[] = [];
  const waiting: { times: number; resolve: (call: Call) => void }[] = [];
  return {
    calls,
    activities: {
      async advance(leadId) {
        const { taskQueue, attempt } = Context.current().info;
        const call: Call = { leadId, queue: taskQueue, attempt, at: Date.now() };
        const nth = calls.push(call);
        for (const wait of waiting) if (wait.times === nth) wait.resolve(call);
        return script(call, nth);
      },
    },
    called(times) {
      const done = calls[times - 1];
      if (done !== undefined) return Promise.resolve(done);
      return new Promise((resolve) => waiting.push({ times, resolve }));
    },
  };
}
