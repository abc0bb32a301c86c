/** What a person decides about a lead at any time: recycle, disqualify, hand over. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { InputBody } from '../core/input.ts';
import { putInputs } from '../store/inbox.ts';
import type { Db } from '../store/schema.ts';
import { type Loaded, loadLead } from '../store/states.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { leadIdOf } from './find-lead.ts';
import { leadFor, noLead } from './own.ts';
import { Problem } from './problem/problem.ts';
import { returnIn, ruleOf, wordsOf } from './returns.ts';
import { json, jsonBody, leadIdParam, leadRef, name, noteIn, problems, text } from './schemas/common.ts';
import { write } from './write.ts';

export const taken = z
  .object({ lead: z.object({ id: z.uuid() }) })
  .openapi('Taken', { description: 'The lead’s workflow does it at once; GET the lead to see it done.' });

export function leadDecisionRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();

  const recycle = createRoute({
    ...guard(deps, 'leads.recycle'),
    method: 'post',
    path: '/v1/leads/{id}/recycle',
    tags: ['Leads'],
    summary: 'Give a lead back to marketing',
    description: 'With one of the agreed `returns`. 409 `not-with-sales` unless sales has the lead.',
    request: { params: leadIdParam, ...jsonBody(returnIn) },
    responses: { 202: json(taken, 'Taken.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(recycle, async (c) => {
    const playbook = await deps.playbooks.current();
    const given = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      const lead = await leadFor(tx, callerIn(c), c.req.valid('param').id);
      const loaded = await locked(tx, lead.id);
      if (loaded.state?.custody.who !== 'sales' || givenBack(loaded)) {
        throw new Problem('not-with-sales', 'Only a lead that sales has can be given back');
      }
      ruleOf(given, playbook, loaded, now);
      const input = { kind: 'recycle' as const, ...wordsOf(given), reason: given.reason, by: callerIn(c).by };
      return put(tx, lead.id, input, now);
    });
    return c.json(body, status);
  });

  const disqualify = createRoute({
    ...guard(deps, 'leads.disqualify'),
    method: 'post',
    path: '/v1/leads/{id}/disqualify',
    tags: ['Leads'],
    summary: 'Never mail or call this lead again',
    description: 'Ends everything that runs for the lead.',
    request: { params: leadIdParam, ...jsonBody(z.strictObject({ reason: text(500), note: noteIn.optional() })) },
    responses: { 202: json(taken, 'Taken.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(disqualify, async (c) => {
    const { reason, note } = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      const lead = await leadFor(tx, callerIn(c), c.req.valid('param').id);
      const loaded = await locked(tx, lead.id);
      if (isDisqualified(loaded)) throw new Problem('already-disqualified', 'This lead is disqualified already');
      const said = note === undefined ? {} : { note };
      return put(tx, lead.id, { kind: 'disqualify', reason, ...said, by: callerIn(c).by }, deps.clock.now());
    });
    return c.json(body, status);
  });

  const requalify = createRoute({
    ...guard(deps, 'leads.requalify'),
    method: 'post',
    path: '/v1/leads/{id}/requalify',
    tags: ['Leads'],
    summary: 'Lift a disqualification',
    description:
      'For a mistake, or what is true no more. Nobody has the lead then; what had ended stays ended, and entry rules and routes may take it up again. An objection or suppression stays. 409 `not-disqualified` otherwise.',
    request: { params: leadIdParam, ...jsonBody(z.strictObject({ reason: text(500) })) },
    responses: { 202: json(taken, 'Taken.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(requalify, async (c) => {
    const { reason } = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      const loaded = await locked(tx, c.req.valid('param').id);
      if (!isDisqualified(loaded)) throw new Problem('not-disqualified', 'This lead is not disqualified');
      return put(tx, loaded.leadId, { kind: 'requalify', reason, by: callerIn(c).by }, deps.clock.now());
    });
    return c.json(body, status);
  });

  const stage = createRoute({
    ...guard(deps, 'leads.stage'),
    method: 'post',
    path: '/v1/leads/{id}/stage',
    tags: ['Leads'],
    summary: 'Say where the customer is',
    description:
      'Puts the lead into a stage of the playbook. From there it rises by what happens after; only a person or a lost deal puts it back.',
    request: { params: leadIdParam, ...jsonBody(z.strictObject({ stage: name, reason: text(500) })) },
    responses: { 202: json(taken, 'Taken.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(stage, async (c) => {
    const { stages } = await deps.playbooks.current();
    const given = c.req.valid('json');
    if (!stages.some((one) => one.id === given.stage)) {
      throw new Problem('unknown-in-playbook', `The playbook has no stage ${given.stage}`, {
        errors: [{ path: 'stage', message: `is none of ${stages.map((one) => one.id).join(', ')}` }],
      });
    }
    const { status, body } = await write(c, deps, async (tx) => {
      const lead = await leadFor(tx, callerIn(c), c.req.valid('param').id);
      if (isDisqualified(await locked(tx, lead.id))) throw disqualified();
      return put(tx, lead.id, { kind: 'stage', ...given, by: callerIn(c).by }, deps.clock.now());
    });
    return c.json(body, status);
  });

  const handoff = createRoute({
    ...guard(deps, 'handoffs.create'),
    method: 'post',
    path: '/v1/handoffs',
    tags: ['Handoffs'],
    summary: 'Hand a lead over to sales',
    description: 'Offers it under the SLA and to the pools of this handoff of the playbook.',
    request: jsonBody(
      z.strictObject({ lead: leadRef, handoff: name.openapi({ example: 'hot' }), note: noteIn.optional() }),
    ),
    responses: { 202: json(taken, 'Taken.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(handoff, async (c) => {
    const playbook = await deps.playbooks.current();
    const given = c.req.valid('json');
    if (playbook.handoffs[given.handoff] === undefined) {
      throw new Problem('unknown-in-playbook', `The playbook has no handoff ${given.handoff}`, {
        errors: [{ path: 'handoff', message: `is none of ${Object.keys(playbook.handoffs).join(', ')}` }],
      });
    }
    const { status, body } = await write(c, deps, async (tx) => {
      const loaded = await locked(tx, await leadIdOf(tx, given.lead));
      const { state, inputs, leadId } = loaded;
      if (isDisqualified(loaded)) throw disqualified();
      if (hasObjected(loaded)) throw new Problem('objected', 'This person objected to marketing: nobody contacts them');
      const offered = inputs.some((input) => input.body.kind === 'handoff');
      if ((state?.custody.who === 'sales' && !givenBack(loaded)) || offered) {
        throw new Problem('already-with-sales', 'Sales has this lead, or is being offered it', {
          more: { rep: state?.custody.rep ?? null },
        });
      }
      const note = given.note === undefined ? {} : { note: given.note };
      const input = { kind: 'handoff' as const, handoff: given.handoff, ...note, by: callerIn(c).by };
      return put(tx, leadId, input, deps.clock.now());
    });
    return c.json(body, status);
  });
  return app;
}

/** Whether nobody contacts the lead, by what was decided last, looked at by the engine or not yet. */
export const isDisqualified = ({ state, inputs }: Loaded): boolean => {
  const last = inputs.findLast(({ body }) => body.kind === 'disqualify' || body.kind === 'requalify');
  return last === undefined ? state?.disqualified !== undefined : last.body.kind === 'disqualify';
};

export const disqualified = (): Problem =>
  new Problem(
    'already-disqualified',
    'This lead is disqualified: nobody contacts it again, unless a manager lifts that with POST /v1/leads/{id}/requalify',
  );

/** Whether the person objected, looked at by the engine or not yet. */
export const hasObjected = ({ state, inputs }: Loaded): boolean =>
  state?.objected !== undefined || inputs.some(({ body }) => body.kind === 'objected');

export async function locked(tx: Db, leadId: string): Promise<Loaded> {
  const loaded = await loadLead(tx, leadId);
  if (loaded === null) throw await noLead(tx, leadId);
  return loaded;
}

/** Whether somebody gave the lead back and the engine has not looked yet. */
const givenBack = ({ inputs }: Loaded): boolean =>
  inputs.some(
    ({ body }) =>
      body.kind === 'recycle' ||
      body.kind === 'disqualify' ||
      (body.kind === 'task.answered' && body.answer === 'reject'),
  );

/** Puts the input and answers that it is taken. */
export async function put(tx: Db, leadId: string, body: InputBody, now: number) {
  await putInputs(tx, [{ leadId, at: now, body }], now);
  return { status: 202 as const, body: { lead: { id: leadId } }, nudge: [leadId] };
}
