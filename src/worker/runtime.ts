/** Temporal's native runtime is one a process, with one logger: ours. */
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from '../log.ts';

let sink: Logger | undefined;

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** Said at every start by the email queue's worker, which has none on purpose. */
const EXPECTED = 'No workflows registered, not polling for workflow tasks';

/**
 * Sends what the engine logs to `log` from now on. Its info lines (polling, states) are debug here.
 * The runtime can be installed once only, so a later call changes where the lines go.
 */
export function forwardLogs(log: Logger): void {
  const first = sink === undefined;
  sink = log;
  if (!first) return;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      if (message === EXPECTED) return;
      const error = meta?.['error'];
      sink?.[LEVELS[level]](
        error === undefined ? { component: 'temporal' } : { component: 'temporal', err: error },
        message,
      );
    }),
    // Its native half too, which would write to stdout by itself.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
    // The worker's owner decides when to stop: it stops the API first and the server last.
    shutdownSignals: [],
  });
}
