/**
 * Tells leads to look at their inbox: signal-with-start, so a lead that has ended runs again.
 * A nudge carries nothing, hence two to the same lead that wait to be sent are one. One that is
 * on its way may have been read before the newer row was written, so a nudge during it is sent
 * once more afterwards.
 */
import type { Client } from '@temporalio/client';
import type { Logger } from '../log.ts';
import { leadAttributes } from './attributes.ts';
import { LEAD_QUEUE, LEAD_WORKFLOW, leadWorkflowId, NUDGE_SIGNAL } from './names.ts';

export interface Nudger {
  /**
   * Resolves when each of these leads has been told, or has been left to the sweeper since Temporal
   * refused; it never rejects, for the inbox rows are written by then and nothing is lost.
   */
  nudge(leadIds: readonly string[]): Promise<void>;
  /** Resolves when everything under way has gone. */
  close(): Promise<void>;
}

export interface NudgerOptions {
  readonly client: Client;
  readonly log: Logger;
  /** Signals under way at once; more wait here. */
  readonly concurrency?: number;
}

interface Waiting {
  readonly leadId: string;
  readonly sent: Promise<void>;
  readonly settle: () => void;
}

/** The dev server on 2 cores takes no more with 64 at once than with 32 (measured by the benchmark). */
const CONCURRENCY = 32;

export function createNudger({ client, log, concurrency = CONCURRENCY }: NudgerOptions): Nudger {
  /** Not sent yet, in order. */
  const waiting = new Map<string, Waiting>();
  const sending = new Map<string, Promise<void>>();

  const send = async (leadId: string): Promise<void> => {
    try {
      await client.workflow.signalWithStart(LEAD_WORKFLOW, {
        workflowId: leadWorkflowId(leadId),
        taskQueue: LEAD_QUEUE,
        args: [{ leadId }],
        signal: NUDGE_SIGNAL,
        signalArgs: [],
        typedSearchAttributes: leadAttributes(leadId),
      });
    } catch (err) {
      log.warn({ leadId, err }, 'nudge not delivered; the sweeper repeats it');
    }
  };

  const pump = (): void => {
    for (const next of waiting.values()) {
      if (sending.size >= concurrency) return;
      if (sending.has(next.leadId)) continue;
      waiting.delete(next.leadId);
      const done = send(next.leadId).finally(() => {
        sending.delete(next.leadId);
        next.settle();
        pump();
      });
      sending.set(next.leadId, done);
    }
  };

  return {
    async nudge(leadIds) {
      const all = new Set(leadIds);
      const sent: Promise<void>[] = [];
      for (const leadId of all) {
        let entry = waiting.get(leadId);
        if (entry === undefined) {
          const { promise, resolve } = Promise.withResolvers<void>();
          entry = { leadId, sent: promise, settle: resolve };
          waiting.set(leadId, entry);
        }
        sent.push(entry.sent);
      }
      // After this turn of the event loop, so that nudges of one burst meet here.
      setImmediate(pump);
      await Promise.all(sent);
    },
    async close() {
      await Promise.all([...[...waiting.values()].map((entry) => entry.sent), ...sending.values()]);
    },
  };
}
