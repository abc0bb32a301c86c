/** `/v1/leads`: written by forms and imports, read by everybody. */

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { contextOf } from '../core/context.ts';
import { VolleyError } from '../core/errors.ts';
import type { Facts } from '../core/facts.ts';
import { nextMoveOf } from '../core/next-move.ts';
import { permissionFor } from '../core/permission.ts';
import type { Playbook, Purpose } from '../core/playbook.ts';
import { emailIdentity, type ScrubbedLead, scrub } from '../core/scrub.ts';
import { initialState, type LeadState } from '../core/state.ts';
import { iso } from '../core/time.ts';
import { leadZone, scoreOf } from '../core/view.ts';
import { listConsents } from '../store/consents.ts';
import { possibleDuplicates } from '../store/duplicates.ts';
import { listEnrollments } from '../store/enrollments.ts';
import { createNameKey } from '../store/erased-names.ts';
import { listAliases } from '../store/lead-aliases.ts';
import { getLead, type LeadRecord, listLeads, upsertLead } from '../store/leads.ts';
import { type Loaded, peekLead, withAccount } from '../store/states.ts';
import { listTasks } from '../store/tasks.ts';
import { callerIn, guard, ownerOf } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { leadFor } from './own.ts';
import { currentOrNull } from './playbook-now.ts';
import { placed } from './positions.ts';
import { Problem, refusedErased } from './problem/problem.ts';
import { isoOrNull, json, jsonBody, leadIdParam, listQuery, problems } from './schemas/common.ts';
import { toConsent } from './schemas/consents.ts';
import { toEnrollment } from './schemas/enrollments.ts';
import { leadDetail, leadIn, leadPage, leadsQueryFields, leadWritten, toSummary } from './schemas/leads.ts';
import { toTask } from './schemas/tasks.ts';
import { write } from './write.ts';

const tags = ['Leads'];

export function leadRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();
  const names = createNameKey(deps.config.secret);

  const post = createRoute({
    ...guard(deps, 'leads.write'),
    method: 'post',
    path: '/v1/leads',
    tags,
    summary: 'Create or update a lead',
    description:
      'Scrubbed on every write: normalised, deduplicated, junk refused with a reason. `externalId` wins over the address; when both are known and belong to two leads the answer is 409 `identity-clash`. An absent or empty field says nothing and erases nothing.',
    request: jsonBody(leadIn),
    responses: {
      200: json(leadWritten, 'The lead was known.'),
      201: json(leadWritten, 'The lead is new.'),
      ...problems(400, 409, 413, 415, 422),
    },
  });
  app.openapi(post, async (c) => {
    const scrubbed = scrub(c.req.valid('json'), deps.clock.now());
    const stage = await firstStage(deps);
    const { status, body } = await write(c, deps, async (tx) => {
      // In here, so that a refusal too is kept under the call's Idempotency-Key.
      if (!scrubbed.ok) {
        const { field, message, reason } = scrubbed;
        throw new Problem('lead-refused', `${field}: ${message}`, {
          errors: [{ path: field, message }],
          more: { reason },
        });
      }
      const { id, outcome } = await upsertLead(tx, scrubbed.lead, deps.clock.now(), callerIn(c).by, names).catch(
        refused,
      );
      const lead = await getLead(tx, id);
      if (lead === null) throw new Error(`lead ${id} is gone inside its own transaction`);
      return {
        status: outcome === 'created' ? (201 as const) : (200 as const),
        body: { ...toSummary(lead, stage), outcome, notes: [...scrubbed.notes, ...formerName(scrubbed.lead, lead)] },
        nudge: outcome === 'unchanged' ? [] : [id],
      };
    });
    return c.json(body, status, { location: `/v1/leads/${body.id}` });
  });

  const list = createRoute({
    ...guard(deps, 'leads.list'),
    method: 'get',
    path: '/v1/leads',
    tags,
    summary: 'List leads, newest first',
    description: 'A rep sees the leads that are with them.',
    request: { query: z.strictObject({ ...leadsQueryFields, ...listQuery }) },
    responses: { 200: json(leadPage, 'A page of leads.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const own = ownerOf(callerIn(c));
    const page = await listLeads(db, { ...c.req.valid('query'), custodian: own ?? undefined });
    const stage = await firstStage(deps);
    return c.json({ items: page.items.map((lead) => toSummary(lead, stage)), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'leads.get'),
    method: 'get',
    path: '/v1/leads/{id}',
    tags,
    summary: 'One lead with everything about it',
    description: 'Stage, custody, score with its reasons, enrollments, open tasks, consents and suppressions.',
    request: { params: leadIdParam },
    responses: { 200: json(leadDetail, 'The lead.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const lead = await leadFor(db, callerIn(c), c.req.valid('param').id);
    const loaded = await peekLead(db, lead.id);
    if (loaded === null) throw new Problem('not-found', `There is no lead ${lead.id}`);
    return c.json(await detailOf(deps, lead, loaded), 200);
  });

  return app;
}

/** @throws Problem `lead-refused` for a person who was erased; the error itself else */
function refused(error: unknown): never {
  throw error instanceof VolleyError && error.code === 'person-erased' ? refusedErased(error.message) : error;
}

/** Whoever writes by an address the person no longer goes by is told so. */
const formerName = ({ emailNormal }: ScrubbedLead, { fields }: LeadRecord): string[] =>
  emailIdentity(fields.email) === emailNormal ? [] : ['email: the person goes by another address now'];

const firstStage = async (deps: ApiDeps): Promise<string | null> => (await currentOrNull(deps))?.stages[0]?.id ?? null;

/** All that is shown of one lead. */
export async function detailOf(deps: ApiDeps, lead: LeadRecord, loaded: Loaded): Promise<z.infer<typeof leadDetail>> {
  const { db } = deps.database;
  const now = deps.clock.now();
  const playbook = await currentOrNull(deps);
  const stage = playbook?.stages[0]?.id ?? null;
  const state = loaded.state ?? initialState(stage ?? '', lead.createdAt);
  const enrollments = await listEnrollments(db, { leadId: lead.id, limit: 500 });
  const tasks = await listTasks(db, { leadId: lead.id, states: ['open', 'accepted'], limit: 500 });
  const { facts } = await withAccount(db, loaded);
  const pausedUntil = facts.choices?.pause?.until ?? 0;
  const score = playbook === null ? null : scoreOf(state, facts, playbook, now);
  return {
    ...toSummary(lead, stage),
    custody: custodyOf(state, playbook?.handoffs[state.custody.handoff ?? '']?.sla ?? null, now),
    next: nextOf(state, lead),
    score: score && { fit: score.fit, engagement: score.engagement, reasons: [...score.reasons] },
    context: { ...contextOf(state, playbook === null ? 'UTC' : leadZone(facts, playbook), now) },
    disqualified: state.disqualified ? { at: iso(state.disqualified.at), reason: state.disqualified.reason } : null,
    meetingAt: isoOrNull(state.meetingAt),
    enrollments: enrollments.items
      .map((row) => toEnrollment(placed(row, loaded.state)))
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt)),
    tasks: tasks.items.map((task) => toTask(task, now, playbook)),
    aliases: (await listAliases(db, lead.id)).map(({ kind, name, why, at, by }) => ({
      ...(kind === 'id' ? { id: name } : kind === 'email' ? { email: name } : { externalId: name }),
      why,
      at: iso(at),
      by,
    })),
    possibleDuplicates: (await possibleDuplicates(db, lead.id)).map((one) => ({ ...one, because: [...one.because] })),
    consents: (await listConsents(db, lead.id)).map((row) => toConsent(row, now)),
    permissions: playbook === null ? null : permissionsOf(facts, playbook, now),
    preferences: {
      declined: (facts.choices?.declined ?? []).map(({ topic }) => topic),
      pausedUntil: isoOrNull(pausedUntil > now ? pausedUntil : null),
    },
    doNot: distinct(
      (facts.doNot ?? []).map(({ channel, purpose, until, reason }) => ({
        channel,
        purpose: purpose ?? null,
        until: isoOrNull(until),
        reason,
      })),
    ),
    suppressions: distinct(
      facts.suppressions.map((suppression) => ({
        purpose: suppression.purpose ?? null,
        until: isoOrNull(suppression.until),
        reason: suppression.reason,
      })),
    ),
  };
}

/** Whoever leaves is suppressed as a person and by the address: one word of theirs, told once. */
const distinct = <T>(rows: readonly T[]): T[] => [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];

/** Whether mail of each purpose may go to the lead as things stand, its frequency and its time aside. */
function permissionsOf(facts: Facts, playbook: Playbook, now: number): z.infer<typeof leadDetail>['permissions'] {
  const of = (purpose: Purpose) => {
    const permission = permissionFor(purpose, facts, playbook, now);
    return {
      may: permission.kind === 'yes',
      reason: permission.kind === 'no' ? permission.reason : permission.kind === 'yes' ? null : 'suppressed-until',
      from: permission.kind === 'not-before' ? iso(permission.at) : null,
    };
  };
  return { marketing: of('marketing'), sales: of('sales'), service: of('service') };
}

/** What the lead waits for, as of its last decision. */
function nextOf(state: LeadState, { dueAt, held }: LeadRecord): z.infer<typeof leadDetail>['next'] {
  const next = nextMoveOf({ state, wake: dueAt === null ? null : { at: dueAt }, held: held ?? undefined });
  if (next === undefined) return null;
  if (next.kind === 'due') return { at: iso(next.at), code: 'due', sentence: 'Something is due for it then.' };
  return { at: null, code: next.code, sentence: next.sentence };
}

function firstTouchOf(
  { acceptedAt, firstTouchBy, firstTouchAt }: LeadState['custody'],
  now: number,
): z.infer<typeof leadDetail>['custody']['firstTouch'] {
  if (acceptedAt === undefined) return null;
  const breached = firstTouchBy !== undefined && (firstTouchAt ?? now) > firstTouchBy;
  return { by: isoOrNull(firstTouchBy), at: isoOrNull(firstTouchAt), breached };
}

function custodyOf({ custody }: LeadState, sla: string | null, now: number): z.infer<typeof leadDetail>['custody'] {
  return {
    who: custody.who,
    since: iso(custody.since),
    until: isoOrNull(custody.acceptBy),
    rep: custody.rep ?? null,
    pool: custody.pool ?? null,
    handoff: custody.handoff ?? null,
    sla,
    acceptedAt: isoOrNull(custody.acceptedAt),
    firstTouch: firstTouchOf(custody, now),
    attempts: custody.attempts,
  };
}
