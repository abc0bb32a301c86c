/** A lead goes to a rep by somebody's word: the rep takes it (`claim`), or is given it (`assign`). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { InputBody } from '../core/input.ts';
import type { Instant } from '../core/time.ts';
import { putInputs } from '../store/inbox.ts';
import type { Db } from '../store/schema.ts';
import { type Loaded, loadLead, withAccount } from '../store/states.ts';
import { answerTask, assignTask, openTasksFor } from '../store/tasks.ts';
import { callerIn, guard } from './auth.ts';
import { activeRep, type Holding, holdingOf, ownPools } from './custodian.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { disqualified, hasObjected, isDisqualified } from './lead-decisions.ts';
import { noLead } from './own.ts';
import { Problem } from './problem/problem.ts';
import { json, jsonBody, leadIdParam, problems, repId } from './schemas/common.ts';
import { write } from './write.ts';

const moved = z
  .object({ lead: z.object({ id: z.uuid() }), rep: z.string() })
  .openapi('LeadMoved', { description: 'Who has the lead from here; its workflow does the rest at once.' });

export function leadMoveRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();

  const claim = createRoute({
    ...guard(deps, 'leads.claim'),
    method: 'post',
    path: '/v1/leads/{id}/claim',
    tags: ['Leads'],
    summary: 'Take a lead that no rep has',
    description:
      'For the rep of the key, from pools of theirs. An offer that waits in the pool, or for this rep, is accepted with it. 409 `already-with-sales` says who has the lead; again by the same rep changes nothing.',
    request: { params: leadIdParam, ...jsonBody(z.strictObject({}), false) },
    responses: { 202: json(moved, 'The lead is the caller’s.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(claim, async (c) => {
    const playbook = await deps.playbooks.current();
    const { rep } = callerIn(c);
    if (rep === null) throw new Problem('unknown-rep', 'This key is no rep’s: give the lead to one with assign');
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      await activeRep(tx, rep, playbook);
      const loaded = await locked(tx, c.req.valid('param').id);
      const holding = holdingOf(loaded);
      if (holding.by === 'sales' && holding.rep === rep && holding.offer === undefined) return taken(loaded, rep);
      refuseTaken(holding, rep);
      const pools = ownPools(await withAccount(tx, loaded), rep, playbook, now);
      if (pools.length === 0 && holding.rep !== rep) {
        throw new Problem('not-yours', 'No pool of yours takes this lead');
      }
      if (holding.offer !== undefined) return accept(tx, loaded, { task: holding.offer, rep, now });
      const input = { kind: 'lead.assigned' as const, to: rep, tasks: [], by: rep };
      return put(tx, loaded, rep, input, now);
    });
    return c.json(body, status);
  });

  const assign = createRoute({
    ...guard(deps, 'leads.assign'),
    method: 'post',
    path: '/v1/leads/{id}/assign',
    tags: ['Leads'],
    summary: 'Give a lead to a rep',
    description:
      'Whoever has it, with its open tasks. An offer nobody has answered stays one, its clocks go on; a lead nobody offered is the rep’s at once. Again to the same rep changes nothing.',
    request: { params: leadIdParam, ...jsonBody(z.strictObject({ rep: repId })) },
    responses: { 202: json(moved, 'The lead is that rep’s.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(assign, async (c) => {
    const playbook = await deps.playbooks.current();
    const { rep } = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      await activeRep(tx, rep, playbook);
      const loaded = await locked(tx, c.req.valid('param').id);
      const others = (await openTasksFor(tx, loaded.leadId)).filter((task) => task.assignee !== rep);
      if (holdingOf(loaded).rep === rep && others.length === 0) return taken(loaded, rep);
      for (const { id } of others) await assignTask(tx, id, rep, now);
      const input = {
        kind: 'lead.assigned' as const,
        to: rep,
        tasks: others.map(({ id }) => id),
        by: callerIn(c).by,
      };
      return put(tx, loaded, rep, input, now);
    });
    return c.json(body, status);
  });
  return app;
}

async function locked(tx: Db, leadId: string): Promise<Loaded> {
  const loaded = await loadLead(tx, leadId);
  if (loaded === null) throw await noLead(tx, leadId);
  if (isDisqualified(loaded)) throw disqualified();
  if (hasObjected(loaded)) throw new Problem('objected', 'This person objected to marketing: nobody contacts them');
  return loaded;
}

/** @throws Problem `already-with-sales` when another rep has the lead, or somebody is about to get it. */
function refuseTaken(holding: Holding, rep: string): void {
  if (holding.by === 'nobody' || holding.rep === rep) return;
  if (holding.rep === undefined && holding.offering === undefined) return;
  const offered = holding.offer !== undefined;
  const said =
    holding.rep === undefined
      ? 'The lead is being offered to a rep right now'
      : `${holding.rep} ${offered ? 'is being asked to take' : 'has'} this lead`;
  throw new Problem('already-with-sales', said, { more: { rep: holding.rep ?? null, offered } });
}

const taken = (loaded: Loaded, rep: string) => ({
  status: 202 as const,
  body: { lead: { id: loaded.leadId }, rep },
});

/** An offer is answered, so that its clocks stop and its cadence starts. */
async function accept(
  tx: Db,
  loaded: Loaded,
  { task, rep, now }: { readonly task: string; readonly rep: string; readonly now: Instant },
) {
  await assignTask(tx, task, rep, now);
  if (!(await answerTask(tx, task, { expect: ['open'], state: 'accepted', at: now, by: rep }))) {
    throw new Problem('task-closed', 'The offer of this lead is closed');
  }
  return put(tx, loaded, rep, { kind: 'task.answered', task, answer: 'accept', by: rep }, now);
}

async function put(tx: Db, loaded: Loaded, rep: string, body: InputBody, now: Instant) {
  await putInputs(tx, [{ leadId: loaded.leadId, at: now, body }], now);
  return { ...taken(loaded, rep), nudge: [loaded.leadId] };
}
