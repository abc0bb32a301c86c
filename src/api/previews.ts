/** Emails as a lead would get them: of the playbook in force, or of files that are not applied yet. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { FITS, type Fit } from '../core/content.ts';
import { VolleyError } from '../core/errors.ts';
import { canonicalLanguage } from '../core/language.ts';
import type { Playbook } from '../core/playbook.ts';
import { initialState } from '../core/state.ts';
import { circumstancesOf, unfitsOf } from '../core/suits.ts';
import { type Preview, previewEmail } from '../email/preview.ts';
import { peekLead } from '../store/states.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { leadIdOf } from './find-lead.ts';
import { leadFor } from './own.ts';
import { compiled, filesIn, playbookProblem } from './playbook-files.ts';
import { Problem } from './problem/problem.ts';
import { json, jsonBody, leadIdParam, leadRef, problems, text } from './schemas/common.ts';
import { formatted } from './schemas/forms.ts';

const purpose = z.enum(['marketing', 'sales', 'service']);
const language = text(35)
  .refine((tag) => canonicalLanguage(tag) !== undefined, 'must be a language tag, such as de or pt-BR')
  .openapi({ ...formatted('language-tag'), description: 'Instead of the lead’s `locale`.', example: 'de' });
const emailName = text(100).openapi({ description: 'As its file is called.', example: 'evaluation-welcome' });
const choice = {
  email: emailName,
  language: language.optional(),
  purpose: purpose.optional().openapi({ description: 'That of the first cadence which sends it, by default.' }),
};

const previewOut = z
  .object({
    email: z.string(),
    language: z.string().openapi({ description: 'Of the words that were chosen.' }),
    languages: z.array(z.string()).openapi({ description: 'Every language there is it in.' }),
    purpose,
    from: z.object({ name: z.string(), address: z.string() }),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    unfit: z.array(z.enum(FITS)).openapi({
      description: 'By what a `pick` step would pass it over for this lead now; an `email` step asks none of it.',
    }),
  })
  .openapi('EmailPreview');

type Choice = z.infer<z.ZodObject<typeof choice>>;

export function previewRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const preview = async (playbook: Playbook, leadId: string, chosen: Choice): Promise<Shown> => {
    const loaded = await peekLead(db, leadId);
    if (loaded === null) throw new Problem('not-found', `There is no lead ${leadId}`);
    const { facts } = loaded;
    const { lead, custodian } = facts;
    const { email, ...how } = chosen;
    if (!Object.hasOwn(playbook.emails, email))
      throw new Problem('unknown-in-playbook', `The playbook has no email ${email}`, {
        errors: [{ path: 'email', message: 'is not known' }],
      });
    try {
      const made = previewEmail(playbook, email, { ...how, lead, rep: custodian, publicUrl: deps.config.publicUrl });
      const now = deps.clock.now();
      const state = loaded.state ?? initialState(playbook.stages[0]?.id ?? '', facts.createdAt);
      return { ...made, unfit: unfitsOf(playbook, email, circumstancesOf(state, facts, playbook, now)) };
    } catch (error) {
      if (!(error instanceof VolleyError)) throw error;
      throw new Problem('email-not-made', `The email cannot be made for this lead: ${error.message}`);
    }
  };

  const get = createRoute({
    ...guard(deps, 'leads.preview'),
    method: 'get',
    path: '/v1/leads/{id}/preview',
    tags: ['Leads'],
    summary: 'An email as this lead would get it',
    description:
      'By the playbook in force, made by what sends. Nothing is sent, and its unsubscribe link leads nowhere.',
    request: { params: leadIdParam, query: z.strictObject(choice) },
    responses: { 200: json(previewOut, 'The email.'), ...problems(400, 404, 409, 422) },
  });
  app.openapi(get, async (c) => {
    const { id } = await leadFor(db, callerIn(c), c.req.valid('param').id);
    return c.json(shown(await preview(await deps.playbooks.current(), id, c.req.valid('query'))), 200);
  });

  const post = createRoute({
    ...guard(deps, 'playbook.preview'),
    method: 'post',
    path: '/v1/playbook/preview',
    tags: ['Playbook'],
    summary: 'An email of a playbook that is not applied yet',
    description: 'As `GET /v1/leads/{id}/preview`, of these files; 422 lists their mistakes.',
    request: jsonBody(z.strictObject({ ...filesIn.shape, lead: leadRef, ...choice })),
    responses: { 200: json(previewOut, 'The email.'), ...problems(400, 404, 413, 415), 422: playbookProblem },
  });
  app.openapi(post, async (c) => {
    const { files, lead, ...chosen } = c.req.valid('json');
    const { playbook } = compiled(files);
    return c.json(shown(await preview(playbook, await leadIdOf(db, lead), chosen)), 200);
  });
  return app;
}

interface Shown extends Preview {
  readonly unfit: readonly Fit[];
}

const shown = (preview: Shown): z.infer<typeof previewOut> => ({
  ...preview,
  languages: [...preview.languages],
  unfit: [...preview.unfit],
});
