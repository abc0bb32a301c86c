/**
 * `/u/{token}`: the page an email's unsubscribe link leads to. A GET changes nothing, since
 * scanners follow links; the POST takes no cookie and does not redirect, and is what mail programs
 * send by themselves (RFC 8058, `List-Unsubscribe=One-Click`).
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type TokenClaims, verifyToken } from '../../email/tokens.ts';
import { mergedInto } from '../../store/lead-aliases.ts';
import { getLead } from '../../store/leads.ts';
import { leave } from '../../store/leave.ts';
import { transact } from '../../store/tx.ts';
import { openRoute } from '../auth.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { currentOrNull } from '../playbook-now.ts';
import { nudge } from '../write.ts';
import { card } from './card.ts';
import { EMPTY, html } from './html.ts';
import { untilSettled } from './settled.ts';

const params = z.object({ token: z.string().openapi({ param: { name: 'token', in: 'path' } }) });
const page = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });
const pages = {
  200: page('The page.'),
  404: page('The link is broken or not from here.'),
};

interface Link {
  readonly claims: TokenClaims;
  /** The lead it leads to now: the one it was made for may have been merged into another. */
  readonly leadId: string;
}

export function unsubscribeRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const { db } = deps.database;

  const read = async (token: string): Promise<Link | null> => {
    const claims = verifyToken(deps.config.secret, token);
    const lead = claims && (await getLead(db, (await mergedInto(db, claims.leadId)) ?? claims.leadId));
    return claims && lead && { claims, leadId: lead.id };
  };
  const sender = async (): Promise<string> => (await currentOrNull(deps))?.company.name ?? 'us';

  const get = createRoute({
    ...openRoute,
    operationId: 'unsubscribe.page',
    method: 'get',
    path: '/u/{token}',
    tags: ['Unsubscribe'],
    summary: 'Ask whether to unsubscribe',
    description: 'Changes nothing.',
    request: { params },
    responses: pages,
  });
  app.openapi(get, async (c) => {
    const link = await read(c.req.valid('param').token);
    if (link === null) return forged();
    const from = await sender();
    return card({
      title: 'Unsubscribe',
      body: html`<h1>Unsubscribe from ${from}?</h1>
<p>${promise(link.claims, from)}</p>
<form method="post"><button type="submit">Unsubscribe</button></form>`,
    });
  });

  const post = createRoute({
    ...openRoute,
    operationId: 'unsubscribe.confirm',
    method: 'post',
    path: '/u/{token}',
    tags: ['Unsubscribe'],
    summary: 'Unsubscribe',
    description: 'Takes the one-click body of RFC 8058, the page’s form, or no body at all.',
    request: { params },
    responses: pages,
  });
  app.openapi(post, async (c) => {
    const link = await read(c.req.valid('param').token);
    if (link === null) return forged();
    const { purpose } = link.claims;
    const { leadId } = link;
    const told = await transact(db, (tx) =>
      leave(tx, { leadId, purpose, reason: 'unsubscribed', by: 'lead' }, deps.clock.now()),
    );
    // Merged or erased since it was looked up; its mail has ended with it.
    if (told === null) return forged();
    const [from, settled] = await Promise.all([sender(), untilSettled(deps.database, leadId), nudge(deps, told)]);
    return card({
      title: 'Unsubscribed',
      body: html`<h1>You are unsubscribed</h1>
<p>${promise(link.claims, from)}</p>
${settled ? EMPTY : html`<p><small>An email that is on its way already may still arrive.</small></p>`}`,
    });
  });
  return app;
}

const kinds: Readonly<Record<TokenClaims['purpose'], string>> = {
  marketing: 'marketing emails',
  sales: 'emails from the sales team',
  service: 'service emails',
};

const promise = (claims: TokenClaims, from: string): string =>
  `You will get no more ${kinds[claims.purpose]} from ${from}.`;

/** One answer for every broken token: it tells nothing of who is known here. */
const forged = (): Response =>
  card({
    title: 'Link not found',
    status: 404,
    body: html`<h1>This link does not work</h1>
<p>It may have been cut off on the way. Open it from the email again, or answer the email with “unsubscribe”.</p>`,
  });
