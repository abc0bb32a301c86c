/**
 * `/a/{token}`: where the answer links of a rep's mail lead. A GET shows the task and asks, and
 * changes nothing, since scanners follow links; the POST answers it as `POST /v1/tasks/{id}/…` does.
 * The token is all it takes (no cookie, no key), so no other site can make a browser answer. It
 * stands for the rep who had the task when it was made, and for no other.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { REVIEW } from '../../core/review.ts';
import { type AnswerClaims, readAnswerToken, signAnswerToken } from '../../email/answer-tokens.ts';
import { briefOfTask, readRep, readTask, type ToldTask } from '../../notices/task.ts';
import type { PlaybookCache } from '../../playbook/index.ts';
import { listReps } from '../../store/reps.ts';
import type { Db } from '../../store/schema.ts';
import { loadLead } from '../../store/states.ts';
import { transact } from '../../store/tx.ts';
import { answerTask } from '../answer.ts';
import { openRoute } from '../auth.ts';
import type { ApiDeps, ApiEnv, Caller } from '../deps.ts';
import { draftOf } from '../drafts.ts';
import { Problem } from '../problem/problem.ts';
import { nudge } from '../write.ts';
import { done, expired, forged, noEmail, noLonger, notThere } from './answer-ends.ts';
import { type Asked, askPage } from './answer-form.ts';
import { readForm } from './answer-words.ts';

const params = z.object({ token: z.string().openapi({ param: { name: 'token', in: 'path' } }) });
const page = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });
const pages = {
  200: page('The page.'),
  403: page('The rep is not active any more.'),
  404: page('The link is broken or not from here, or the task is gone.'),
  409: page('The task is answered, closed, or another rep’s; it says whose.'),
  410: page('The link has expired.'),
  422: page('The answer lacks something; the form again, with what.'),
};

/** Too late, not yours any more: what the page tells as it is now. */
const MEANWHILE: ReadonlySet<string> = new Set(['task-closed', 'task-accepted', 'not-yours', 'not-found']);

export function answerRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const { database, clock, config, playbooks } = deps;

  /** The task and its rep, when the link is still good for it; else the page that says why not. */
  const open = async (db: Db, claims: AnswerClaims): Promise<Asked | Response> => {
    const now = clock.now();
    if (claims.expiresAt <= now) return expired();
    const told = await readTask(db, claims.task);
    if (told === null) return notThere();
    const playbook = await playbooks.current();
    const { task } = told;
    const rep = await readRep(db, task.assignee ?? '', playbook);
    if (task.assignee === null || !claims.isFor(task.assignee)) {
      // Whoever looks has other clocks than who has it now.
      const viewer = (await listReps(db)).find(({ id }) => claims.isFor(id));
      return noLonger(told, { rep, zone: viewer?.timeZone ?? playbook.company.timeZone, mine: false });
    }
    const zone = rep.timeZone;
    if (!rep.active) return notThere(403);
    if (task.state !== 'open') return noLonger(told, { rep, zone, mine: task.answeredBy === rep.id });
    return { claims, told, rep, playbook, zone, now };
  };

  const show = async (asked: Asked, wrong?: readonly string[], given?: URLSearchParams): Promise<Response> => {
    const { told, rep, claims, playbook, zone, now } = asked;
    const brief = await briefOfTask(database.db, told, { playbook, zone, now });
    const other = otherAnswer(claims.answer);
    const token = signAnswerToken(config.secret, { task: told.task.id, answer: other, rep: rep.id }, now);
    const outcomes = claims.answer === 'complete' ? await outcomesOf(database.db, playbooks, told) : [];
    const looks = claims.answer === 'complete' && told.task.kind === REVIEW;
    const draft = looks ? await draftOf(database.db, deps, told.task).catch(noEmail) : undefined;
    if (draft instanceof Response) return draft;
    return askPage(asked, { brief, outcomes, draft, other: { answer: other, path: `/a/${token}` }, wrong, given });
  };

  const get = createRoute({
    ...openRoute,
    operationId: 'answers.page',
    method: 'get',
    path: '/a/{token}',
    tags: ['Answer links'],
    summary: 'Show a task and ask for its answer',
    description: 'Changes nothing.',
    request: { params },
    responses: pages,
  });
  app.openapi(get, async (c) => {
    const claims = readAnswerToken(config.secret, c.req.valid('param').token);
    if (claims === null) return forged();
    const asked = await open(database.db, claims);
    return asked instanceof Response ? asked : show(asked);
  });

  const post = createRoute({
    ...openRoute,
    operationId: 'answers.confirm',
    method: 'post',
    path: '/a/{token}',
    tags: ['Answer links'],
    summary: 'Answer the task',
    description: 'Takes the page’s form.',
    request: { params },
    responses: pages,
  });
  app.openapi(post, async (c) => {
    const claims = readAnswerToken(config.secret, c.req.valid('param').token);
    if (claims === null) return forged();
    const form = new URLSearchParams(await c.req.text());
    const asked = await open(database.db, claims);
    if (asked instanceof Response) return asked;
    const read = readForm(claims.answer, form);
    if ('wrong' in read) return show(asked, read.wrong, form);
    const { playbook, rep } = asked;
    const caller: Caller = { keyId: 'answer-link', role: 'rep', rep: rep.id, by: rep.id };
    try {
      const { nudge: leads } = await transact(database.db, async (tx) => {
        await stillTheirs(tx, asked, claims);
        return answerTask(tx, claims.task, claims.answer, read.given, { playbook, now: clock.now(), caller });
      });
      await nudge(deps, leads);
      return done(asked, read.given);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!MEANWHILE.has(error.code)) return show(asked, mistakesOf(error), form);
      const now = await open(database.db, claims);
      return now instanceof Response ? now : show(now, [error.message]);
    }
  });
  return app;
}

/** With the lead locked, the task moves to nobody else before it is answered. @throws Problem `not-yours` */
async function stillTheirs(tx: Db, { told }: Asked, claims: AnswerClaims): Promise<void> {
  await loadLead(tx, told.lead.id);
  const now = await readTask(tx, claims.task);
  if (now === null || now.task.assignee === null || !claims.isFor(now.task.assignee)) {
    throw new Problem('not-yours', 'This task has gone to another rep');
  }
}

const otherAnswer = (answer: AnswerClaims['answer']): AnswerClaims['answer'] =>
  (({ accept: 'reject', reject: 'accept', complete: 'skip', skip: 'complete' }) as const)[answer];

function mistakesOf({ message, options }: Problem): string[] {
  const at = (options.errors ?? []).flatMap((one) =>
    'path' in one && 'message' in one && typeof one.path === 'string' && typeof one.message === 'string'
      ? [`${one.path.replace(/^facts\./, '')} ${one.message}`]
      : [],
  );
  return [message, ...(at.length > 1 ? at : [])];
}

/** How the task's step says it may end, by the version its run is pinned to. */
async function outcomesOf(db: Db, playbooks: PlaybookCache, { task }: ToldTask): Promise<readonly string[]> {
  if (task.enrollment === null || task.cadence === null || task.step === null) return [];
  const run = await db
    .selectFrom('enrollments')
    .select('playbook')
    .where('id', '=', task.enrollment)
    .executeTakeFirst();
  if (run === undefined) return [];
  const step = (await playbooks.get(run.playbook)).cadences[task.cadence]?.steps[task.step];
  if (step?.kind !== 'task') return [];
  return Object.keys(step.outcomes).filter((name) => name !== 'else' && name !== 'expired' && name !== 'skipped');
}
