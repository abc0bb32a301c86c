/** The HTTP API: one file per resource, put together here. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { accountRoutes } from './accounts.ts';
import { activityRoutes } from './activities.ts';
import { calendarRoutes } from './calendars.ts';
import { chatRoutes } from './chats.ts';
import { consentRoutes } from './consents.ts';
import { dealRoutes } from './deals.ts';
import { deliveryRoutes } from './deliveries.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { documentOf } from './docs/document.ts';
import { docsPage } from './docs/page.ts';
import { draftRoutes } from './drafts.ts';
import { duplicateRoutes } from './duplicates.ts';
import { enrollmentRoutes } from './enrollments.ts';
import { erasureRoutes } from './erasures.ts';
import { explainRoutes } from './explain.ts';
import { exportRoutes } from './exports.ts';
import { healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { inboundHookRoutes } from './hooks/inbound.ts';
import { sesHookRoutes } from './hooks/ses.ts';
import { importRoutes } from './imports.ts';
import { jobChangeRoutes } from './job-changes.ts';
import { journalRoutes } from './journal.ts';
import { keyRoutes } from './keys.ts';
import { leadDecisionRoutes } from './lead-decisions.ts';
import { leadMoveRoutes } from './lead-moves.ts';
import { leadRoutes } from './leads.ts';
import { mergeRoutes } from './merges.ts';
import { objectionRoutes } from './objections.ts';
import { answerRoutes } from './pages/answer.ts';
import { clickRoutes } from './pages/click.ts';
import { preferenceRoutes } from './pages/preferences.ts';
import { pauseRoutes } from './pauses.ts';
import { playbookRoutes } from './playbook.ts';
import { previewRoutes } from './previews.ts';
import { invalid, ofFramework } from './problem/mistakes.ts';
import { problemOf } from './problem/problem.ts';
import { reportRoutes } from './reports.ts';
import { repRoutes } from './reps.ts';
import { literalPaths, unmatched } from './routing.ts';
import { inWords } from './schemas/words.ts';
import { securityHeaders } from './security-headers.ts';
import { senderRoutes } from './senders.ts';
import { signalRoutes } from './signals.ts';
import { suppressionFileRoutes } from './suppression-files.ts';
import { suppressionRoutes } from './suppressions.ts';
import { taskBulkRoutes } from './task-bulk.ts';
import { taskRoutes } from './tasks.ts';
import { wakeRoutes } from './wakes.ts';
import { webhookRoutes } from './webhooks.ts';
import { Replay, responseOf } from './write.ts';

export type { ApiDeps } from './deps.ts';

const resources = [
  duplicateRoutes,
  leadRoutes,
  journalRoutes,
  explainRoutes,
  previewRoutes,
  leadDecisionRoutes,
  leadMoveRoutes,
  objectionRoutes,
  erasureRoutes,
  exportRoutes,
  consentRoutes,
  mergeRoutes,
  jobChangeRoutes,
  activityRoutes,
  importRoutes,
  enrollmentRoutes,
  signalRoutes,
  taskRoutes,
  draftRoutes,
  taskBulkRoutes,
  chatRoutes,
  repRoutes,
  calendarRoutes,
  dealRoutes,
  accountRoutes,
  suppressionRoutes,
  suppressionFileRoutes,
  playbookRoutes,
  pauseRoutes,
  senderRoutes,
  reportRoutes,
  webhookRoutes,
  deliveryRoutes,
  keyRoutes,
  sesHookRoutes,
  inboundHookRoutes,
  preferenceRoutes,
  answerRoutes,
  clickRoutes,
  healthRoutes,
  wakeRoutes,
  historyRoutes,
];

/** The whole API over what it is given; it starts nothing and listens nowhere. */
export function createApp(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  z.config({ customError: inWords });
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.target, result.error);
    },
  });
  app.use(securityHeaders(deps.config.publicUrl));
  app.use(literalPaths(() => document));
  for (const routes of resources) app.route('/', routes(deps));

  const document = documentOf(app, deps);
  app.get('/openapi.json', (c) => c.json(document));
  app.get('/docs', () => docsPage(document, deps.config.publicUrl));
  app.get('/', (c) => c.redirect('/docs'));

  app.onError((thrown, c) => {
    const error = ofFramework(thrown, c.req.header('content-type'));
    if (!(error instanceof Replay)) {
      const { code } = problemOf(error);
      // The route's pattern, not its path: a path may hold a token.
      if (code === 'internal')
        deps.log.error({ err: error, method: c.req.method, route: c.req.routePath }, 'a call failed');
    }
    return responseOf(error);
  });
  app.notFound(unmatched(document));
  return app;
}
