/** A task as the API shows it. */
import { z } from '@hono/zod-openapi';
import { callWindowOf } from '../../core/call-window.ts';
import type { Playbook } from '../../core/playbook.ts';
import { type Instant, iso } from '../../core/time.ts';
import { namedAccountSchema } from '../../store/colleague-names.ts';
import { type Task, taskStateSchema } from '../../store/tasks.ts';
import { instantOut, isoOrNull } from './common.ts';

export const taskState = z.enum(taskStateSchema.options);

export const taskOut = z
  .object({
    id: z.string(),
    lead: z.object({ id: z.uuid() }),
    kind: z.string().openapi({ description: '`handoff`, or what the cadence calls it, e.g. `call`.' }),
    title: z.string(),
    body: z.string().nullable(),
    assignee: z.string().nullable().openapi({ description: 'Id of the rep; null while it waits in the pool.' }),
    assignedAt: instantOut.nullable().openapi({ description: 'When it last changed hands; null: never.' }),
    snoozedUntil: instantOut.nullable().openapi({ description: 'Out of the way until then. No SLA waits for it.' }),
    pool: z.string().nullable(),
    priority: z.enum(['high', 'normal']),
    state: taskState,
    dueAt: instantOut,
    callWindow: z
      .object({
        timeZone: z.string(),
        days: z.array(z.string()),
        from: z.string(),
        to: z.string(),
        now: z.boolean().openapi({ description: 'Whether the lead may be called right now.' }),
        opensAt: instantOut.openapi({ description: 'Of the window that is open, else of the next one.' }),
        closesAt: instantOut,
      })
      .openapi({
        description: 'When the lead may be called, on its own clocks: `company.callWindow` of the playbook.',
      }),
    phone: z.string().openapi({ description: 'Empty while the lead may not be called.' }),
    doNotCall: z
      .object({ until: instantOut.nullable() })
      .nullable()
      .openapi({ description: 'The lead may not be called by sales; `until` null: for good.' }),
    attempts: z.number().int().openapi({ description: 'Tasks of this lead done before, and activities logged.' }),
    sla: z.object({ name: z.string(), acceptBy: instantOut, breached: z.boolean() }).nullable(),
    context: z.object({
      why: z.string(),
      score: z.object({ fit: z.number(), engagement: z.number(), reasons: z.array(z.string()) }),
      signals: z.array(z.object({ type: z.string(), count: z.number(), last: z.string() })),
      asked: z.array(z.string()),
      lastTouches: z.array(z.object({ email: z.string(), at: z.string() })),
      note: z.string().optional(),
      said: z
        .object({ at: instantOut, text: z.string() })
        .optional()
        .openapi({ description: 'The beginning of what the lead last wrote.' }),
      earlier: z
        .array(
          z.object({
            from: instantOut,
            to: instantOut,
            ended: z.string().openapi({ description: '`rejected, returned, recycled, breached` or `won`.' }),
            rep: z.string().optional(),
            handoff: z.string().optional(),
            acceptedAt: instantOut.optional(),
            reason: z.string().optional(),
            facts: z.record(z.string(), z.string()).optional(),
            note: z.string().optional(),
          }),
        )
        .optional()
        .openapi({ description: 'The last times sales had the lead, oldest first.' }),
      story: z
        .array(z.string())
        .optional()
        .openapi({ description: 'The same in sentences, and what the lead did since.' }),
      account: namedAccountSchema.optional().openapi({
        description: 'Of a lead that is handed over: who else is at its account, in which role, who has them.',
      }),
    }),
    handoff: z.string().nullable(),
    cadence: z.string().nullable(),
    step: z.string().nullable(),
    enrollment: z.string().nullable(),
    role: z
      .string()
      .nullable()
      .openapi({ description: 'The role of the buying group that somebody is to be found for.' }),
    openedAt: instantOut,
    acceptedAt: instantOut.nullable(),
    closedAt: instantOut.nullable(),
    disposition: z.string().nullable(),
    reason: z.string().nullable(),
    facts: z.record(z.string(), z.string()),
    note: z.string().nullable(),
    until: instantOut.nullable(),
    answeredBy: z.string().nullable(),
    draft: z.object({ subject: z.string().optional(), text: z.string() }).nullable().openapi({
      description: 'Of `review-email`: what the rep has put in place of the email’s words, as Markdown.',
    }),
  })
  .openapi('Task');

/** Further ahead than any date that somebody gives. */
const FOR_GOOD = Date.UTC(9000, 0);

/** `playbook`: the one in force, which says when leads may be called. */
export function toTask(task: Task, now: Instant, playbook: Playbook | null): z.infer<typeof taskOut> {
  const { sla, context } = task;
  const forbidden = task.doNotCall !== null && task.doNotCall > now ? task.doNotCall : null;
  const open = callWindowOf(task.place, playbook?.company, now);
  const call = { ...open, now: open.now && forbidden === null };
  return {
    id: task.id,
    lead: { id: task.leadId },
    kind: task.kind,
    title: task.title,
    body: task.body,
    assignee: task.assignee,
    assignedAt: isoOrNull(task.assignedAt),
    snoozedUntil: isoOrNull(task.snoozedUntil),
    pool: task.pool,
    priority: task.priority,
    state: task.state,
    dueAt: iso(task.dueAt),
    callWindow: { ...call, days: [...call.days], opensAt: iso(call.opensAt), closesAt: iso(call.closesAt) },
    phone: forbidden === null ? task.phone : '',
    doNotCall: forbidden === null ? null : { until: forbidden > FOR_GOOD ? null : iso(forbidden) },
    attempts: task.attempts,
    sla: sla && {
      name: sla.name,
      acceptBy: iso(sla.acceptBy),
      breached: (task.acceptedAt ?? task.closedAt ?? now) > sla.acceptBy,
    },
    context: {
      why: context.why,
      score: { ...context.score, reasons: [...context.score.reasons] },
      signals: context.signals.map((signal) => ({ ...signal })),
      asked: [...context.asked],
      lastTouches: context.lastTouches.map((touch) => ({ ...touch })),
      ...(context.note === undefined ? {} : { note: context.note }),
      ...(context.said && { said: context.said }),
      ...(context.earlier && { earlier: structuredClone([...context.earlier]) }),
      ...(context.story && { story: [...context.story] }),
      ...(context.account === undefined ? {} : { account: context.account }),
    },
    handoff: task.handoff,
    cadence: task.cadence,
    step: task.step,
    enrollment: task.enrollment,
    role: task.role,
    openedAt: iso(task.openedAt),
    acceptedAt: isoOrNull(task.acceptedAt),
    closedAt: isoOrNull(task.closedAt),
    disposition: task.disposition,
    reason: task.reason,
    facts: { ...task.facts },
    note: task.note,
    until: isoOrNull(task.until),
    answeredBy: task.answeredBy,
    draft: task.draft && { ...task.draft },
  };
}
