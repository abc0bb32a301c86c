/** Emails a rep looks at before they go: as they would go now, by what sends. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { VolleyError } from '../core/errors.ts';
import { REVIEW } from '../core/review.ts';
import type { Edited } from '../email/edited.ts';
import { createRenderer, type RenderedEmail } from '../email/render.ts';
import type { Db } from '../store/schema.ts';
import { peekLead } from '../store/states.ts';
import type { Task } from '../store/tasks.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { taskFor } from './own.ts';
import { Problem } from './problem/problem.ts';
import { idParam, json, problems } from './schemas/common.ts';

const draftOut = z
  .object({
    email: z.string(),
    language: z.string().openapi({ description: 'Of the words that were chosen.' }),
    from: z.object({ name: z.string(), address: z.string() }),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    edit: z
      .object({ subject: z.string(), text: z.string() })
      .openapi({ description: 'What to change for the answer `edit`: `text` is Markdown.' }),
  })
  .openapi('EmailDraft');

export interface DraftEmail extends RenderedEmail {
  readonly email: string;
  /** What a rep begins with who would rather say it otherwise. */
  readonly edit: Required<Edited> & { readonly subject: string };
}

/**
 * The email this task is about, as the lead would get it now, with what the rep has changed in it.
 * @throws Problem `wrong-answer` for another kind of task, `task-closed` when its run is over or has gone on,
 *   `email-not-made`
 */
export async function draftOf(
  db: Db,
  { playbooks, config }: Pick<ApiDeps, 'playbooks' | 'config'>,
  task: Task,
): Promise<DraftEmail> {
  if (task.kind !== REVIEW) throw new Problem('wrong-answer', `A task of kind ${task.kind} is about no email`);
  const loaded = await peekLead(db, task.leadId);
  const run = loaded?.state?.enrollments.find(({ review }) => review?.task === task.id);
  if (!loaded || run?.review === undefined)
    throw new Problem('task-closed', 'The email has gone, or will not go any more');
  const { email, language } = run.review;
  const [playbook, { company }] = [await playbooks.get(run.playbook), await playbooks.current()];
  const { lead, custodian: rep } = loaded.facts;
  const purpose = playbook.cadences[run.cadence]?.purpose ?? 'marketing';
  const input = { purpose, lead, rep, company, language, unsubscribeUrl: `${config.publicUrl}/u/preview` };
  try {
    const renderer = createRenderer(playbook);
    const begin = renderer.markdown(email, input);
    const edit = task.draft === null ? begin : { subject: task.draft.subject ?? begin.subject, text: task.draft.text };
    return { ...renderer.render(email, { ...input, edited: task.draft ?? undefined }), email, edit };
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error;
    throw new Problem('email-not-made', `The email cannot be made for this lead: ${error.message}`);
  }
}

export function draftRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();
  const get = createRoute({
    ...guard(deps, 'tasks.draft'),
    method: 'get',
    path: '/v1/tasks/{id}/draft',
    tags: ['Tasks'],
    summary: 'The email a rep is to look at before it goes',
    description:
      'Of a task of kind `review-email`, as the lead would get it now. Complete the task with the disposition `send`, or `edit` with `text`; skip it and the email does not go.',
    request: { params: idParam },
    responses: { 200: json(draftOut, 'The email.'), ...problems(404, 409, 422) },
  });
  app.openapi(get, async (c) => {
    const task = await taskFor(db, callerIn(c), c.req.valid('param').id);
    return c.json(await draftOf(db, deps, task), 200);
  });
  return app;
}
