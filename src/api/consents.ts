/** `/v1/leads/{id}/consents`: what a person agreed to, given and taken back. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { NOT_AHEAD, notYetGiven } from '../core/consent.ts';
import { listConsents, recordConsent, withdrawConsent } from '../store/consents.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { leadFor } from './own.ts';
import { Problem } from './problem/problem.ts';
import { json, jsonBody, leadIdParam, problems } from './schemas/common.ts';
import { consentIn, consentOut, toConsent, withdrawIn } from './schemas/consents.ts';
import { write } from './write.ts';

const listOut = z.object({ items: z.array(consentOut) }).openapi('Consents');

export function consentRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();

  const give = createRoute({
    ...guard(deps, 'consents.create'),
    method: 'post',
    path: '/v1/leads/{id}/consents',
    tags: ['Leads'],
    summary: 'The person agreed to a purpose',
    description: 'Counts from the next send on. It lifts no suppression: an unsubscribe is ended by itself.',
    request: { params: leadIdParam, ...jsonBody(consentIn) },
    responses: { 201: json(listOut, 'All consents of the lead.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(give, async (c) => {
    const consent = c.req.valid('json');
    const { body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      const { at = now, expires, ...rest } = consent;
      if (notYetGiven(at, now)) {
        throw new Problem('bad-input', 'The consent would be given in the future', {
          errors: [{ path: 'at', message: `${NOT_AHEAD}; leave it out for now` }],
        });
      }
      if (expires !== undefined && expires <= at) {
        throw new Problem('bad-input', 'The consent would expire before it was given', {
          errors: [{ path: 'expires', message: 'must be later than `at`' }],
        });
      }
      const { id: leadId } = await leadFor(tx, callerIn(c), c.req.valid('param').id);
      await recordConsent(tx, { ...rest, leadId, at, expires, by: callerIn(c).by }, now);
      const items = (await listConsents(tx, leadId)).map((row) => toConsent(row, now));
      return { status: 201 as const, body: { items }, nudge: [leadId] };
    });
    return c.json(body, 201);
  });

  const withdraw = createRoute({
    ...guard(deps, 'consents.withdraw'),
    method: 'post',
    path: '/v1/leads/{id}/consents/withdraw',
    tags: ['Leads'],
    summary: 'The person took a consent back',
    description:
      'Ends the runs of the purpose at once, and what the playbook assumes too. Rows stay as history; only a consent given later opens the purpose again.',
    request: { params: leadIdParam, ...jsonBody(withdrawIn, false) },
    responses: { 200: json(listOut, 'All consents of the lead.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(withdraw, async (c) => {
    const { purpose } = c.req.valid('json') ?? {};
    const { body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      const { id: leadId } = await leadFor(tx, callerIn(c), c.req.valid('param').id);
      for (const one of purpose === undefined ? (['marketing', 'sales'] as const) : [purpose]) {
        await withdrawConsent(tx, { leadId, purpose: one, by: callerIn(c).by }, now);
      }
      const items = (await listConsents(tx, leadId)).map((row) => toConsent(row, now));
      return { status: 200 as const, body: { items }, nudge: [leadId] };
    });
    return c.json(body, 200);
  });
  return app;
}
