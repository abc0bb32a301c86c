/** `volley worker`: the workers of both queues and the dispatcher as a process of their own. */
import { createImportActivities } from '../../activities/import.ts';
import { type AdvanceDeps, createLeadActivities, type LeadActivities } from '../../activities/index.ts';
import { type Config, readConfig } from '../config.ts';
import { startSenderWatch } from '../identity/watch.ts';
import { createLog } from '../log.ts';
import { startPlanner } from '../notices/plan.ts';
import { startDispatcher } from '../outbox/dispatcher.ts';
import { deliveryHandlers } from '../outbox/handlers.ts';
import { startPace } from '../pace/pace.ts';
import { openDatabase } from '../store/db.ts';
import { keepSome } from '../store/recorded-wakes.ts';
import { connectClient } from '../temporal/client.ts';
import { createNudger } from '../temporal/nudge.ts';
import type { WorkflowBundle } from '../worker/bundle.ts';
import { shutdownRuntime, startWorkers } from '../worker/run.ts';
import { openClock, openPlaybooks, openSender, requireMigrated, requireShared } from './parts.ts';
import { lookingOf } from './sending-domains.ts';
import { untilStopped } from './signals.ts';

export const work = (): Promise<void> => runWorker(readConfig());

/** What the torture run puts between: moments to be killed at, a bundle made before. Production passes nothing. */
export interface WorkerExtras extends Pick<AdvanceDeps, 'onPoint' | 'giveUpMs'> {
  readonly bundle?: WorkflowBundle;
  readonly around?: (activities: LeadActivities) => LeadActivities;
}

/** Runs until the process is asked to stop, or a worker fails. */
export async function runWorker(config: Config, { bundle, around = (x) => x, ...extras }: WorkerExtras = {}) {
  const log = createLog(config.log);
  const { databaseUrl, secret, temporalAddress } = requireShared(config);
  await using stack = new AsyncDisposableStack();
  const database = await openDatabase({ databaseUrl, home: config.home });
  stack.defer(() => database.close());
  await requireMigrated(database);
  const sender = openSender(config.email);
  stack.defer(() => sender.close());
  const endpoint = { ...config.temporal, address: temporalAddress };
  const client = await connectClient(endpoint);
  stack.defer(() => client.connection.close());
  const clock = await openClock(database.db, config.speed);
  const nudger = createNudger({ client, log });
  stack.defer(() => nudger.close());
  const shared = { database, clock, playbooks: openPlaybooks(database.db), nudger, log };
  const publicUrl = config.publicUrl ?? `http://${config.host}:${config.port}`;
  stack.defer(shutdownRuntime);
  const senders = await startSenderWatch({ ...shared, db: database.db, looking: lookingOf(config) });
  stack.defer(() => senders.stop());
  const pace = await startPace({ db: database.db, clock, sender, client, log });
  stack.defer(() => pace?.stop());
  const workers = await startWorkers({
    endpoint,
    client,
    log,
    activities: {
      ...around(
        createLeadActivities({
          ...shared,
          sender,
          pacer: pace?.pacer,
          mail: { secret, publicUrl },
          record: keepSome({ log }),
          ...extras,
        }),
      ),
      ...createImportActivities({ ...shared, config: { secret } }),
    },
    ...(bundle === undefined ? {} : { bundle }),
  });
  stack.defer(() => workers.stop());
  const delivering = { ...shared, db: database.db, sender: pace?.sender ?? sender, mail: { secret, publicUrl } };
  const dispatcher = startDispatcher({ db: database.db, clock, handlers: deliveryHandlers(delivering), log });
  stack.defer(() => dispatcher.stop());
  const planner = startPlanner({ db: database.db, clock, playbooks: shared.playbooks, log });
  stack.defer(() => planner.stop());
  await Promise.race([untilStopped(), workers.ended]);
  log.info('stopping');
}
