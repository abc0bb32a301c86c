/** The workers of both queues as a process that is always there, in a container. */
import { untilStopped } from '../../src/cli/signals.ts';
import { shutdownRuntime, startWorkers } from '../../src/worker/run.ts';
import { openWorker } from './worker.ts';

const { parts, bundle, activities } = await openWorker({ connections: 10, sends: true });
const { config, client, log } = parts;
const endpoint = { ...config.temporal, address: config.temporal.address ?? '' };
const workers = await startWorkers({ endpoint, client, log, bundle, activities });
await Promise.race([untilStopped(), workers.ended]);
log.info('stopping');
await workers.stop();
await parts.nudger.close();
await client.connection.close();
await parts.database.close();
await shutdownRuntime();
