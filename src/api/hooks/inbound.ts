/**
 * `POST /hooks/inbound`: a message that came back, as it came (RFC 822). Whoever receives mail for the
 * reply domain posts it here; what it is decides what follows, once however often it is posted.
 */
import { createHash } from 'node:crypto';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type Instant, iso } from '../../core/time.ts';
import { classify, INBOUND_CLASSES, type Inbound } from '../../email/inbound/classify.ts';
import { INBOUND_MAX, type InboundMail, readMessage } from '../../email/inbound/message.ts';
import { transact } from '../../store/tx.ts';
import { callerIn, guard } from '../auth.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { judgeSenders } from '../judge-senders.ts';
import { Problem } from '../problem/problem.ts';
import { instantOut, json, problems } from '../schemas/common.ts';
import { nudge } from '../write.ts';
import { aheadOf, takeInbound } from './take-inbound.ts';

const MESSAGE = 'message/rfc822';

const answer = z
  .object({
    class: z.enum(INBOUND_CLASSES),
    until: instantOut.optional().openapi({
      description:
        'Of an absence: when the lead is there again, the first instant of that day in the lead’s own zone. A pause ends then.',
    }),
    text: z.string().optional().openapi({ description: 'What was written anew: no quoted mail, no signature.' }),
    lead: z.object({ id: z.uuid() }).optional().openapi({ description: 'Absent: nobody known here.' }),
  })
  .openapi('InboundTaken');

export function inboundHookRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const post = createRoute({
    ...guard(deps, 'hooks.inbound', { binary: INBOUND_MAX }),
    method: 'post',
    path: '/hooks/inbound',
    tags: ['Hooks'],
    summary: 'A message that came back',
    description:
      'The raw message (RFC 5322, at most 10 MB), as a mail server has it. It is classified, and taken once by its Message-ID: a reply becomes the signal `reply.received`, an absence pauses until the day it names, a bounce and a complaint suppress, the rest is in the journal alone. The lead is found by what it answers, by the reply address, or by its sender.',
    request: {
      body: {
        required: true,
        content: { [MESSAGE]: { schema: { type: 'string', format: 'binary' } } },
      },
    },
    responses: { 200: json(answer, 'What it is.'), ...problems(409, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (type !== MESSAGE) {
      const what = type === '' ? 'has no content type' : `is ${type}`;
      throw new Problem('wrong-content-type', `The body ${what}; send the raw message`, { more: { accepts: MESSAGE } });
    }
    const raw = new Uint8Array(await c.req.arrayBuffer());
    if (raw.length === 0) throw new Problem('bad-message', 'The body is empty: send the raw message');
    const { inbound, lead, until } = await takeMessage(deps, raw, callerIn(c).by);
    return c.json(answerOf(inbound, lead, until), 200);
  });
  return app;
}

export interface Taken {
  readonly inbound: Inbound;
  readonly lead: string | undefined;
  /** Of an absence: when it is over, epoch ms. */
  readonly until: Instant | undefined;
}

/** Takes a raw message in and wakes its lead, once however often it comes. @throws VolleyError `bad-message`, `no-playbook` */
export async function takeMessage(
  deps: Pick<ApiDeps, 'database' | 'clock' | 'playbooks' | 'nudger' | 'config' | 'log'>,
  raw: Uint8Array,
  by: string,
): Promise<Taken> {
  const mail = await readMessage(raw);
  const now = deps.clock.now();
  const inbound = classify(mail, now);
  const { company } = await deps.playbooks.current();
  const taken = await transact(deps.database.db, (tx) =>
    takeInbound(tx, {
      mail,
      inbound,
      key: keyOf(mail, raw),
      now,
      ahead: aheadOf(deps.clock.anchor.factor),
      by,
      secret: deps.config.secret,
      zone: company.timeZone,
    }),
  );
  if (inbound.class === 'delivery-report' || inbound.class === 'complaint') await judgeSenders(deps);
  await nudge(deps, taken.nudge);
  return { inbound, lead: taken.lead, until: taken.until };
}

/** Ids of messages hold names now and then, and have no bound. */
const keyOf = ({ messageId }: InboundMail, raw: Uint8Array): string =>
  createHash('sha256')
    .update(messageId ?? raw)
    .digest('hex');

function answerOf(inbound: Inbound, lead: string | undefined, until: Instant | undefined): z.infer<typeof answer> {
  const text = 'text' in inbound ? inbound.text : '';
  return {
    class: inbound.class,
    ...(until === undefined ? {} : { until: iso(until) }),
    ...(text === '' ? {} : { text }),
    ...(lead === undefined ? {} : { lead: { id: lead } }),
  };
}
