/**
 * `/c/{token}`: a link of an email on its way. It leads to the address inside the signed token, whatever else
 * happens; that somebody clicked is kept beside it.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { hintOf } from '../../email/clicks/hint.ts';
import { type ClickClaims, verifyClick } from '../../email/clicks/token.ts';
import { recordClick } from '../../store/clicks.ts';
import { transact } from '../../store/tx.ts';
import { newId } from '../../store/values.ts';
import { openRoute } from '../auth.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { nudge } from '../write.ts';
import { card } from './card.ts';
import { html } from './html.ts';

const params = z.object({ token: z.string().openapi({ param: { name: 'token', in: 'path' } }) });
const page = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });

export function clickRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const get = createRoute({
    ...openRoute,
    operationId: 'clicks.follow',
    method: 'get',
    path: '/c/{token}',
    tags: ['Clicks'],
    summary: 'Follow a link of an email',
    description:
      'Redirects to the address the link was made for, and no other. The click counts once a day, as the signal `email.clicked`, unless a program made it.',
    request: { params },
    responses: {
      200: page('A link that leads nowhere: only programs see it.'),
      302: page('On to the address.'),
      404: page('The link is broken or not from here.'),
    },
  });
  app.openapi(get, async (c) => {
    const claims = verifyClick(deps.config.secret, c.req.valid('param').token);
    if (claims === null) return broken();
    const hint = claims.url === '' ? 'trap' : hintOf(c.req.method, (name) => c.req.header(name));
    await keep(claims, hint);
    if (claims.url === '') return nowhere();
    // The destination must not learn the token from a Referer.
    return new Response(null, {
      status: 302,
      headers: {
        location: claims.url,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow',
      },
    });
  });

  /** Never in the way of who clicked: without a store the link still leads on. */
  async function keep({ touch, url }: ClickClaims, hint: ReturnType<typeof hintOf>): Promise<void> {
    try {
      const now = deps.clock.now();
      const click = { touch, url, id: newId(), at: now, hint };
      const leads = await transact(deps.database.db, (tx) => recordClick(tx, click, now));
      await nudge(deps, leads ?? []);
    } catch (err) {
      deps.log.error({ touchId: touch, err }, 'a click could not be kept');
    }
  }
  return app;
}

const broken = (): Response =>
  card({
    title: 'This link does not work',
    status: 404,
    body: html`<h1>This link does not work</h1>
<p>It is not complete, or not from here. Open it from the email once more.</p>`,
  });

const nowhere = (): Response =>
  card({ title: 'Nothing here', body: html`<h1>Nothing here</h1><p>This link leads nowhere.</p>` });
