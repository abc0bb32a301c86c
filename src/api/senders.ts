/** Whose mail goes: the domains it is from, what became of the newest messages, and the way back after a stop. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { STOP_AT } from '../core/reputation.ts';
import { sendingDomains } from '../identity/senders.ts';
import { heldLeads } from '../store/inbox.ts';
import { listPauses } from '../store/pauses.ts';
import { resumeSender, SENDERS, STOPS, sampleOf } from '../store/reputation.ts';
import { warmUpsNow } from '../store/send-places.ts';
import { readSendingDomains } from '../store/sending-domains.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { json, problems } from './schemas/common.ts';
import { write } from './write.ts';

const tags = ['Pause'];
const sender = z.enum(SENDERS).openapi({ description: 'By whose address mail is from, as `company.from` has it.' });
const warmUpOut = z
  .object({
    day: z.string().openapi({ description: 'Today, in the company’s zone.' }),
    limit: z.number().int().openapi({ description: 'Messages it may send today; 0 before the first day.' }),
    taken: z.number().int().openapi({ description: 'Of those, sent or with a place today.' }),
    waiting: z.number().int().openapi({ description: 'With a place on a later day.' }),
    lastDay: z.string(),
  })
  .nullable()
  .openapi({ description: 'Where the playbook has a warm-up of the domain that is not over (`sending.warmUp`).' });
const sendersOut = z
  .object({
    items: z.array(
      z.object({
        sender,
        domains: z.array(
          z.object({
            domain: z.string(),
            ready: z.boolean().nullable().openapi({ description: 'Null: nobody has looked, or DNS cannot know it.' }),
            detail: z.string(),
            warmUp: warmUpOut,
          }),
        ),
        recent: z
          .object({ sent: z.number().int(), hardBounces: z.number().int(), complaints: z.number().int() })
          .openapi({ description: 'Of the last 24 hours, or the last 1,000 messages, since it was last resumed.' }),
        stopsAt: z.object({ hardBounces: z.number(), complaints: z.number() }),
        stopped: z.string().nullable().openapi({ description: 'Why it stopped by itself.' }),
      }),
    ),
  })
  .openapi('Senders');
const resumedOut = z
  .object({
    sender,
    changed: z.boolean().openapi({ description: 'False when it was not stopped.' }),
    leads: z
      .number()
      .int()
      .openapi({ description: 'Leads that were held and go on now; others follow by themselves.' }),
  })
  .openapi('SenderResumed');

/** Held leads nudged by the call itself; the sweeper follows up with the rest at its own pace. */
const NUDGED = 500;

export function senderRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();

  const list = createRoute({
    ...guard(deps, 'senders.list'),
    method: 'get',
    path: '/v1/senders',
    tags,
    summary: 'Whose mail goes, and how it fares',
    responses: { 200: json(sendersOut, 'By sender.'), ...problems() },
  });
  app.openapi(list, async (c) => {
    const { db } = deps.database;
    const playbook = await deps.playbooks.current().catch(() => undefined);
    const names = playbook && sendingDomains(playbook);
    const pauses = await listPauses(db);
    const items = await Promise.all(
      SENDERS.map(async (one) => {
        const known = await readSendingDomains(db, names?.[one] ?? []);
        const warming = await warmUpsNow(db, playbook, names?.[one] ?? [], deps.clock.now());
        const { sent, hard, complained } = await sampleOf(db, [one], deps.clock.now());
        return {
          sender: one,
          domains: (names?.[one] ?? []).map((domain) => {
            const seen = known.find((row) => row.domain === domain);
            return {
              domain,
              ready: seen?.ready ?? null,
              detail: seen?.detail ?? '',
              warmUp: warming.get(domain) ?? null,
            };
          }),
          recent: { sent, hardBounces: hard, complaints: complained },
          stopsAt: { hardBounces: STOP_AT.hard, complaints: STOP_AT.complained },
          stopped: pauses.find(({ scope }) => scope === STOPS[one])?.reason ?? null,
        };
      }),
    );
    return c.json({ items }, 200);
  });

  const resume = createRoute({
    ...guard(deps, 'senders.resume'),
    method: 'post',
    path: '/v1/senders/{sender}/resume',
    tags,
    summary: 'Go on sending after a stop by bounces or complaints',
    description:
      'Counts anew: what was sent before does not stop it again. Leads that were held each take a place in what is left of their window.',
    request: { params: z.object({ sender }) },
    responses: { 200: json(resumedOut, 'Going on.'), ...problems(404, 422) },
  });
  app.openapi(resume, async (c) => {
    const { sender: one } = c.req.valid('param');
    const { status, body } = await write(c, deps, async (tx) => {
      const held = await heldLeads(tx, STOPS[one], { limit: NUDGED });
      const changed = await resumeSender(tx, one, deps.clock.now());
      const nudge = changed ? held : [];
      return { status: 200 as const, body: { sender: one, changed, leads: nudge.length }, nudge };
    });
    return c.json(body, status);
  });
  return app;
}
