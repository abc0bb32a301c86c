/**
 * `POST /hooks/ses`: what the mail service says about messages, in any order, any number of times, from
 * whoever may say so; `take-ses.ts` has what follows.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { VolleyError } from '../../core/errors.ts';
import { parseSesEvents } from '../../email/events.ts';
import type { Sns } from '../../email/sns.ts';
import { withoutAddresses } from '../../log.ts';
import { callerOf, openRoute, requireGrant } from '../auth.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { rolesFor } from '../permissions.ts';
import { Problem } from '../problem/problem.ts';
import { json, problems, text } from '../schemas/common.ts';
import { isSesHookToken } from './secret.ts';
import { takeSesEvents } from './take-ses.ts';

const taken = z
  .object({
    events: z.number().int(),
    unknown: z.number().int().openapi({ description: 'About messages that are not from here.' }),
  })
  .openapi('SesEventsTaken');

export function sesHookRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  /**
   * SNS cannot send our header. Where its topics are named, its signature says who posts, and only it does: a
   * token in an address gets into logs. Else a token stands for a key of role integration.
   */
  const authorize: MiddlewareHandler<ApiEnv> = async (c, next) => {
    const token = c.req.query('token');
    const bySns = token !== undefined || c.req.header('x-amz-sns-message-type') !== undefined;
    if (deps.sns !== undefined && bySns) {
      await verified(deps, deps.sns, bodyOf(await c.req.text()));
    } else if (token === undefined) requireGrant(await callerOf(deps, c.req.header('authorization')), 'hooks.ses');
    else if (!isSesHookToken(deps.config.secret, token)) throw new Problem('wrong-key', 'The token is not ours');
    await next();
  };

  const post = createRoute({
    ...openRoute,
    operationId: 'hooks.ses',
    'x-roles': rolesFor('hooks.ses'),
    security: [{ bearer: [] }, { hookToken: [] }],
    middleware: [...openRoute.middleware, authorize],
    method: 'post',
    path: '/hooks/ses',
    tags: ['Hooks'],
    summary: 'Events of the mail service',
    description:
      'Both of SES’s shapes, bare, in SNS or EventBridge envelopes. Authenticated by a key of role integration, by SNS’s signature over a topic of `VOLLEY_SNS_TOPICS` (version 2), or, without such topics, by the `token` in the address that `npm start` prints.',
    request: {
      query: z.object({ token: text(200).optional() }),
      body: {
        required: true,
        description: 'SNS says text/plain; any content type is read as JSON.',
        content: { 'text/plain': { schema: { type: 'object' } } },
      },
    },
    responses: { 200: json(taken, 'Taken.'), ...problems(400, 403, 413, 503) },
  });
  app.openapi(post, async (c) => {
    const body = bodyOf(await c.req.text());
    const events = parseSesEvents(body);
    for (const event of events) {
      if (event.type !== 'subscriptionConfirmation') continue;
      const { topicArn } = event;
      if (deps.sns === undefined) {
        deps.log.warn({ topicArn }, 'SNS asks to confirm a subscription: do it in the SNS console');
      } else {
        await verified(deps, deps.sns, body);
        await deps.sns.confirm(event.subscribeUrl);
        deps.log.info({ topicArn }, 'the subscription of the topic is confirmed');
      }
    }
    const unknown = await takeSesEvents(deps, events);
    return c.json({ events: events.length, unknown }, 200);
  });
  return app;
}

/** Whoever forges what SNS says is somebody to look for. @throws as `Sns.verify` does */
async function verified({ log }: Pick<ApiDeps, 'log'>, sns: Sns, body: unknown): Promise<void> {
  try {
    await sns.verify(body);
  } catch (error) {
    // The reason may repeat what the body calls its topic.
    const why = error instanceof Error ? withoutAddresses(error.message) : '';
    if (error instanceof VolleyError && error.code === 'wrong-signature')
      log.warn({ why }, 'a message in the name of SNS was refused');
    throw error;
  }
}

function bodyOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Problem('broken-json', 'The body cannot be read as JSON', { cause });
  }
}
