/**
 * What a long-lived process does beside the API and the workers, once a minute: nudges what was left, lets time do to
 * chats and erasures what it does, sends what is due, and counts. A part that fails hinders no other.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { sweepChats } from '../../src/api/chat-sweep.ts';
import { sweepErasures } from '../../src/api/erase-run.ts';
import { resumeImports } from '../../src/api/upload/resume.ts';
import { importStarter, lateLeads, openSender } from '../../src/cli/parts.ts';
import { lookingOf } from '../../src/cli/sending-domains.ts';
import { startSenderWatch } from '../../src/identity/watch.ts';
import { planMails } from '../../src/notices/plan.ts';
import { startDispatcher } from '../../src/outbox/dispatcher.ts';
import { deliveryHandlers } from '../../src/outbox/handlers.ts';
import { startPace } from '../../src/pace/pace.ts';
import { runForgetter } from '../../src/temporal/forget.ts';
import { count, metricLine } from './count.ts';
import { once, openParts, type Parts } from './parts.ts';

/** Leads nudged in one sweep; more wait a minute. */
const LIMIT = 2_000;
/** Left of the function's time for what is under way to end, ms. */
const MARGIN_MS = 15_000;

const ready = once(async () => {
  const parts = await openParts();
  const { database, clock, client, log, config } = parts;
  const sender = openSender(config.email);
  const pace = await startPace({ db: database.db, clock, sender, client, log });
  return { parts, sender: pace?.sender ?? sender };
});

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  const { parts, sender } = await ready();
  const { database, clock, playbooks, nudger, log, mail, client, config } = parts;
  const { db } = database;
  const forgetRuns = runForgetter(client);
  const delivering = { db, clock, playbooks, sender, mail, log };
  const jobs: Readonly<Record<string, () => Promise<unknown>>> = {
    leads: async () => nudger.nudge(await lateLeads(db, clock)(LIMIT)),
    chats: () => sweepChats(parts),
    erasures: () => sweepErasures({ database, clock, forgetRuns, log }),
    imports: () => resumeImports({ database, clock, log, startImport: importStarter(client) }),
    senders: async () => (await startSenderWatch({ db, clock, playbooks, log, looking: lookingOf(config) })).stop(),
    mails: () => planMails(delivering),
    deliveries: () => deliver(delivering, context.getRemainingTimeInMillis() - MARGIN_MS),
    figures: () => tell(parts),
  };
  const failed: string[] = [];
  // One after the other: a sweep is in no hurry, and the connections are few.
  for (const [job, run] of Object.entries(jobs)) {
    await run().catch((err: unknown) => {
      failed.push(job);
      log.error({ job, err }, 'a part of the sweep failed; it runs again in a minute');
    });
  }
  // Counted as an error of the function, which an alarm watches.
  if (failed.length > 0) throw new Error(`parts of the sweep failed: ${failed.join(', ')}`);
};

/** Sends what is due for at most `forMs`; what is left then is due still. */
async function deliver(
  deps: Parameters<typeof deliveryHandlers>[0] & Pick<Parts, 'log'>,
  forMs: number,
): Promise<void> {
  const dispatcher = startDispatcher({ ...deps, handlers: deliveryHandlers(deps) });
  const over = new AbortController();
  try {
    await Promise.race([dispatcher.drain(), delay(Math.max(forMs, 0), undefined, { signal: over.signal })]);
  } finally {
    over.abort();
    await dispatcher.stop();
  }
}

/** Writes the figures where CloudWatch makes metrics of them: a line of the log in its embedded format. */
async function tell({ database, clock }: Parts): Promise<void> {
  const deployment = process.env['DEPLOYMENT'] ?? '';
  process.stdout.write(`${metricLine(deployment, await count(database.db, clock.now()), Date.now())}\n`);
}
