/** `/v1/signals`: what leads did, or what somebody says about them. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { isHumanSignal } from '../core/actors.ts';
import { type Told, toldBy } from '../core/context.ts';
import type { InputBody } from '../core/input.ts';
import type { Playbook, Purpose } from '../core/playbook.ts';
import { UNSUBSCRIBED } from '../core/suppression-strength.ts';
import { DAY, type Instant, MINUTE } from '../core/time.ts';
import { BUILT_IN_SIGNALS } from '../playbook/signals.ts';
import { type NewInput, putInputs } from '../store/inbox.ts';
import { findLeadIds } from '../store/leads.ts';
import { leave } from '../store/leave.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { nameOf } from './find-lead.ts';
import { instantIn, json, jsonBody, leadRef, name, problems, text } from './schemas/common.ts';
import { write } from './write.ts';

const signal = z.strictObject({
  id: text(200).openapi({ description: 'Yours: the same id again is a duplicate, whoever sends it.' }),
  lead: leadRef,
  type: name.openapi({ example: 'page.pricing' }),
  at: instantIn.optional().openapi({ description: 'When it happened; now by default.' }),
  data: z
    .looseObject({
      at: instantIn.optional().openapi({ description: 'When the meeting is; `meeting.*` must say it.' }),
      cadence: name.optional().openapi({ description: 'Of the email a click was in.' }),
      step: name.optional(),
    })
    .optional()
    .openapi({
      description:
        'Beside the named: `userAgent` or `device`, `city` and `country` or `place`, `channel` or `utm_medium` tell the lead’s context; whatever else is left.',
    }),
});
type Signal = z.infer<typeof signal>;

const answer = z
  .object({
    accepted: z.number().int(),
    duplicates: z.number().int(),
    rejected: z.array(z.object({ index: z.number().int(), message: z.string() })),
  })
  .openapi('SignalsTaken');

/** Clocks differ by minutes; on a sped-up clock they differ by days. */
const AHEAD = { real: 5 * MINUTE, spedUp: 400 * DAY };

export function signalRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const post = createRoute({
    ...guard(deps, 'signals.create'),
    method: 'post',
    path: '/v1/signals',
    tags: ['Signals'],
    summary: 'Send up to 500 signals',
    description:
      'Each is taken once, by its id. One of an unknown lead, or of a type the playbook does not know, is rejected by its index and keeps no other out.',
    request: jsonBody(z.strictObject({ signals: z.array(signal).min(1).max(500) })),
    responses: { 202: json(answer, 'What became of them.'), ...problems(400, 409, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const { signals } = c.req.valid('json');
    const playbook = await deps.playbooks.current();
    const { by } = callerIn(c);
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      const latest = now + (deps.clock.anchor.factor > 1 ? AHEAD.spedUp : AHEAD.real);
      const ids = await findLeadIds(
        tx,
        signals.map((one) => one.lead),
      );
      const rejected: z.infer<typeof answer>['rejected'] = [];
      const inputs: NewInput[] = [];
      const leaving: { readonly key: string; readonly leadId: string; readonly purpose: Purpose }[] = [];
      signals.forEach((one, index) => {
        const leadId = ids[index] ?? null;
        const wrong = leadId === null ? `There is no lead with ${nameOf(one.lead)}` : mistakeOf(one, playbook, latest);
        if (leadId === null || wrong !== null) rejected.push({ index, message: wrong ?? '' });
        else inputs.push({ leadId, key: `signal:${one.id}`, at: one.at ?? now, body: toInput(one, by) });
        if (leadId !== null && wrong === null && one.type === UNSUBSCRIBED)
          leaving.push({ key: `signal:${one.id}`, leadId, purpose: leavingData.parse(one.data ?? {}).purpose });
      });
      const { accepted, duplicates } = await putInputs(tx, inputs, now);
      const left: string[] = [];
      for (const { key, leadId, purpose } of leaving) {
        if (duplicates.includes(key)) continue;
        left.push(...((await leave(tx, { leadId, purpose, reason: UNSUBSCRIBED, by }, now)) ?? []));
      }
      // What no human did changes no due time: it waits for the next wake.
      const awake = inputs.filter(
        (input) => input.body.kind === 'signal' && (input.body.human || input.body.reply !== undefined),
      );
      return {
        status: 202 as const,
        body: { accepted, duplicates: duplicates.length, rejected },
        nudge: accepted === 0 ? [] : [...new Set([...awake.map((input) => input.leadId), ...left])],
      };
    });
    return c.json(body, status);
  });
  return app;
}

function mistakeOf(one: Signal, playbook: Playbook, latest: Instant): string | null {
  const builtIn: readonly string[] = BUILT_IN_SIGNALS;
  if (playbook.signals[one.type] === undefined && !builtIn.includes(one.type)) {
    return `The playbook knows no signal ${one.type}: add it under signals, with its points`;
  }
  if (one.type.startsWith('meeting.') && one.data?.at === undefined) {
    return `${one.type} must say when the meeting is, in data.at`;
  }
  if (one.type === 'reply.received' && !replyData.safeParse(one.data ?? {}).success) {
    return 'data.class of a reply is human, out-of-office, positive, not-now or auto, and data.until a date and time';
  }
  if (one.type === UNSUBSCRIBED && !leavingData.safeParse(one.data ?? {}).success) {
    return 'data.purpose of unsubscribed is marketing, sales or service; marketing without one';
  }
  if (one.type === 'reply.received' && tooFar(one, latest))
    return 'data.until lies too far ahead: an absence ends within a year, a not-now within three';
  if (one.at !== undefined && one.at > latest) return 'at lies in the future';
  return null;
}

/** Nobody is away for longer than a year, nor puts off for longer than three; a date further off is a mistake. */
function tooFar({ data }: Signal, latest: Instant): boolean {
  const { class: kind, until } = replyData.parse(data ?? {});
  return until !== undefined && until > latest + (kind === 'out-of-office' ? 1 : 3) * 366 * DAY;
}

/** What a reply says of itself; without a class somebody wrote it. */
const replyData = z.looseObject({
  class: z.enum(['human', 'out-of-office', 'positive', 'not-now', 'auto']).default('human'),
  until: instantIn.optional(),
});
const byMachine: readonly string[] = ['out-of-office', 'auto'];

/** A longer text is kept as far as it goes; anything else than text tells nothing. */
function contextIn(data: Signal['data']): { context?: Told } {
  const told = data === undefined ? {} : toldBy(data);
  return Object.keys(told).length === 0 ? {} : { context: told };
}

/** From what: a preference centre or CRM tells it as a signal, and it holds as if the lead had used our link. */
const leavingData = z.looseObject({ purpose: z.enum(['marketing', 'sales', 'service']).default('marketing') });

function toInput({ type, data }: Signal, by: string): InputBody {
  // The suppression tells the lead; this row is there so that the same id is taken once.
  if (type === UNSUBSCRIBED) return { kind: 'lead.changed', by };
  const reply = type === 'reply.received' ? replyData.parse(data ?? {}) : undefined;
  return {
    kind: 'signal',
    type,
    human: reply ? !byMachine.includes(reply.class) : isHumanSignal(type),
    ...(reply ? { reply: { class: reply.class, ...(reply.until === undefined ? {} : { until: reply.until }) } } : {}),
    ...contextIn(data),
    ...(data?.cadence === undefined ? {} : { cadence: data.cadence }),
    ...(data?.step === undefined ? {} : { step: data.step }),
    ...(type.startsWith('meeting.') && data?.at !== undefined ? { meetingAt: data.at } : {}),
  };
}
