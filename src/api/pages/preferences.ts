/**
 * `/u/{token}`: the page an email's unsubscribe link leads to. A GET changes nothing, since scanners
 * follow links. A POST takes no cookie and does not redirect: without `do` in its form it unsubscribes,
 * which is what mail programs send by themselves (RFC 8058, `List-Unsubscribe=One-Click`).
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { addDuration } from '../../core/calendar.ts';
import { offeredTopics, PAUSE, topicName } from '../../core/choices.ts';
import type { Playbook } from '../../core/playbook.ts';
import { BY_LEAD, UNSUBSCRIBED } from '../../core/suppression-strength.ts';
import { leadZone } from '../../core/view.ts';
import { type TokenClaims, verifyToken } from '../../email/tokens.ts';
import { mergedInto } from '../../store/lead-aliases.ts';
import { leave } from '../../store/leave.ts';
import { type Change, type Chosen, choose, leftPurposes } from '../../store/preferences.ts';
import type { Db } from '../../store/schema.ts';
import { peekLead } from '../../store/states.ts';
import { transact } from '../../store/tx.ts';
import { openRoute } from '../auth.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { currentOrNull } from '../playbook-now.ts';
import { nudge } from '../write.ts';
import { chooseLanguage } from './language.ts';
import { ACTIONS, type Action, brokenLink, preferencePage, type Shown } from './preference-page.ts';
import { untilSettled } from './settled.ts';

const params = z.object({ token: z.string().openapi({ param: { name: 'token', in: 'path' } }) });
const page = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });
const pages = {
  200: page('The page.'),
  404: page('The link is broken or not from here.'),
};
const chosen = { ...pages, 400: page('The page, and that `do` is none of its forms; nothing has changed.') };

interface Link {
  readonly claims: TokenClaims;
  /** The lead it leads to now: the one it was made for may have been merged into another. */
  readonly leadId: string;
}

export function preferenceRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const { db } = deps.database;

  const read = async (token: string): Promise<Link | null> => {
    const claims = verifyToken(deps.config.secret, token);
    return claims && { claims, leadId: (await mergedInto(db, claims.leadId)) ?? claims.leadId };
  };
  const answer = async (
    link: Link | null,
    accepts: string | undefined,
    what: Pick<Shown, 'said' | 'onItsWay'> = {},
  ): Promise<Response> => {
    const shown = link && (await shownOf(deps, link, accepts));
    return shown ? preferencePage({ ...shown, ...what }) : brokenLink(chooseLanguage('', accepts));
  };

  const get = createRoute({
    ...openRoute,
    operationId: 'preferences.page',
    method: 'get',
    path: '/u/{token}',
    tags: ['Preferences'],
    summary: 'What the lead gets, and what it may choose',
    description: 'In the lead’s language, else in one of `Accept-Language`. Changes nothing.',
    request: { params },
    responses: pages,
  });
  app.openapi(get, async (c) => answer(await read(c.req.valid('param').token), c.req.header('accept-language')));

  const post = createRoute({
    ...openRoute,
    operationId: 'preferences.choose',
    method: 'post',
    path: '/u/{token}',
    tags: ['Preferences'],
    summary: 'Unsubscribe, or choose',
    description:
      'Takes the one-click body of RFC 8058 or no body at all, and unsubscribes from the purpose of the email; or a form of the page: `do` is `topics` (those wanted as `topic`), `pause` (a month), `go-on`, `all` (marketing and sales) or `back`.',
    request: { params },
    responses: chosen,
  });
  app.openapi(post, async (c) => {
    const accepts = c.req.header('accept-language');
    const link = await read(c.req.valid('param').token);
    if (link === null) return answer(null, accepts);
    const { leadId } = link;
    const form = new URLSearchParams(await c.req.text());
    const given = form.get('do');
    const action = ACTIONS.find((one) => one === given);
    if (given !== null && action === undefined) return answer(link, accepts, { said: 'unknown' });
    const now = deps.clock.now();
    const playbook = await currentOrNull(deps);
    const zone = await zoneOf(db, leadId, playbook);
    const told = await transact(db, async (tx): Promise<Chosen | null> => {
      if (action === undefined || action === 'all') {
        const purposes = action === 'all' ? (['marketing', 'sales'] as const) : [link.claims.purpose];
        const leadIds = await leaveEach(tx, leadId, purposes, now);
        return leadIds && { leadIds, subscribed: [] };
      }
      const change = changeOf(action, form, playbook, addDuration(now, PAUSE, zone));
      return choose(tx, leadId, change, { by: BY_LEAD, now });
    });
    const [settled] = await Promise.all([untilSettled(deps.database, leadId), nudge(deps, told?.leadIds ?? [])]);
    const said = action === undefined || action === 'all' ? 'left' : action === 'back' ? backTo(told) : 'saved';
    return answer(told === null ? null : link, accepts, { said, onItsWay: !settled });
  });
  return app;
}

/** Nothing was taken back where nothing was left, or where somebody else had closed it. */
const backTo = (chosen: Chosen | null): Shown['said'] =>
  chosen !== null && chosen.subscribed.length > 0 ? 'back' : 'nothing';

/** @returns null when there is no such lead */
async function leaveEach(
  tx: Db,
  leadId: string,
  purposes: readonly TokenClaims['purpose'][],
  now: number,
): Promise<readonly string[] | null> {
  const told = new Set<string>();
  for (const purpose of purposes) {
    const leads = await leave(tx, { leadId, purpose, reason: UNSUBSCRIBED, by: BY_LEAD }, now);
    if (leads === null) return null;
    for (const id of leads) told.add(id);
  }
  return [...told];
}

function changeOf(
  action: Exclude<Action, 'all'>,
  form: URLSearchParams,
  playbook: Playbook | null,
  end: number,
): Change {
  switch (action) {
    case 'topics':
      return { topics: { offered: playbook ? offeredTopics(playbook) : [], wanted: form.getAll('topic') } };
    case 'pause':
      return { pausedUntil: end };
    case 'go-on':
      return { pausedUntil: null };
    case 'back':
      return { subscribe: true };
  }
}

async function zoneOf(db: Db, leadId: string, playbook: Playbook | null): Promise<string> {
  const loaded = playbook && (await peekLead(db, leadId));
  return playbook && loaded ? leadZone(loaded.facts, playbook) : 'UTC';
}

/** What holds for the lead now; null when there is no such lead. */
async function shownOf(deps: ApiDeps, { claims, leadId }: Link, accepts: string | undefined): Promise<Shown | null> {
  const { db } = deps.database;
  const loaded = await peekLead(db, leadId);
  if (loaded === null) return null;
  const { facts } = loaded;
  const playbook = await currentOrNull(deps);
  const language = chooseLanguage(facts.lead.locale, accepts);
  const declined = new Set(facts.choices?.declined.map(({ topic }) => topic));
  const until = facts.choices?.pause?.until;
  return {
    language,
    name: playbook?.company.name ?? new URL(deps.config.publicUrl).hostname,
    purpose: claims.purpose,
    topics: (playbook ? offeredTopics(playbook) : []).map((id) => ({
      id,
      name: playbook ? topicName(playbook, id, language) : id,
      wanted: !declined.has(id),
    })),
    ...(await leftPurposes(db, leadId)),
    pausedUntil: until !== undefined && until > deps.clock.now() ? until : undefined,
    zone: playbook ? leadZone(facts, playbook) : 'UTC',
  };
}
