/** `/v1/leads/{id}/explain`: why a lead got something, why not, when it will, why it hears nothing. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { LOOK_AHEAD_DAYS } from '../core/explain/ahead.ts';
import { BECAUSE_CODES, EXPLAIN_CODES, VERDICTS } from '../core/explain/codes.ts';
import { type About, type Entry, explain, type OpenTask, parseAbout } from '../core/explain/explain.ts';
import type { Playbook } from '../core/playbook.ts';
import { initialState } from '../core/state.ts';
import { DAY, type Instant, iso } from '../core/time.ts';
import { peekTurn } from '../store/account-turn.ts';
import { listJournal } from '../store/journal.ts';
import type { Db } from '../store/schema.ts';
import { peekPlaces } from '../store/send-places.ts';
import { asksSameAccount, countedReps, peekLead, peekRouting, withAccount } from '../store/states.ts';
import { listTasks, type Task } from '../store/tasks.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { leadFor } from './own.ts';
import { pinned } from './pinned.ts';
import { Problem } from './problem/problem.ts';
import { dateIn, instantOut, json, leadIdParam, problems, text } from './schemas/common.ts';
import { formatted } from './schemas/forms.ts';

const aboutIn = text(500)
  .default('position')
  .transform((value, context) => {
    const about = parseAbout(value);
    if (about !== undefined) return about;
    const message = 'must be step:CADENCE/STEP, cadence:NAME, entry:NUMBER, custody, stage, score, silence or position';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .openapi({ ...formatted('about'), default: 'position', example: 'step:evaluation-guide/compare' });

const answer = z
  .object({
    verdict: z.enum(VERDICTS),
    at: instantOut.optional().openapi({ description: 'When it happened, or will if nothing else happens.' }),
    code: z.string().openapi({ enum: Object.keys(EXPLAIN_CODES) }),
    sentence: z.string(),
    because: z.array(
      z.object({
        code: z.string().openapi({ enum: Object.keys(BECAUSE_CODES) }),
        expr: z.string().optional(),
        value: z.union([z.string(), z.number(), z.boolean()]).optional(),
        source: z.string().openapi({ description: 'File and line of the playbook, or where else it is known from.' }),
      }),
    ),
    unblockedBy: z.string().nullable().openapi({ description: 'What would change the answer.' }),
    reason: z.string().optional().openapi({ description: 'The journal’s reason, where an entry of it is the answer.' }),
    playbook: z.string().openapi({ description: 'Hash of the version of the playbook it was judged by.' }),
    timeZone: z.string().openapi({ description: 'The zone in which sentences tell times: the company’s.' }),
  })
  .openapi('Explanation');

export function explainRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const get = createRoute({
    ...guard(deps, 'leads.explain'),
    method: 'get',
    path: '/v1/leads/{id}/explain',
    tags: ['Leads'],
    summary: 'Why, why not, and when',
    description:
      'What will happen is decided by the very function the engine decides with, played ahead as if nothing else happened. With `at` in the past the journal answers as of then, with one ahead the answer is what will be so then.',
    request: {
      params: leadIdParam,
      query: z.strictObject({
        about: aboutIn.optional(),
        at: dateIn.optional().openapi({
          description: `As of this instant; now without it. One that lies ahead, by at most ${LOOK_AHEAD_DAYS} days, is answered as if nothing else happened until then.`,
        }),
      }),
    },
    responses: { 200: json(answer, 'The answer, in words and as data.'), ...problems(400, 404, 409) },
  });
  app.openapi(get, async (c) => {
    const { db } = deps.database;
    const { at: asked } = c.req.valid('query');
    if (asked !== undefined && asked > deps.clock.now() + LOOK_AHEAD_DAYS * DAY) {
      const message = `lies more than ${LOOK_AHEAD_DAYS} days ahead`;
      throw new Problem('bad-input', `The query has a mistake: at: ${message}`, { errors: [{ path: 'at', message }] });
    }
    const { about = { kind: 'position' as const }, at } = c.req.valid('query');
    const { id } = await leadFor(db, callerIn(c), c.req.valid('param').id);
    const loaded = await peekLead(db, id);
    if (loaded === null) throw new Problem('not-found', `There is no lead ${id}`);
    const current = await deps.playbooks.current();
    const state = loaded.state ?? initialState(current.stages[0]?.id ?? '', loaded.facts.createdAt);
    const journal = await wholeJournal(db, id);
    const atHand = await pinned(deps, [state], current);
    const then = await versionOf(deps, journal, about, at);
    const explained = explain({
      about,
      state,
      facts: {
        ...(await withAccount(db, loaded)).facts,
        turn: await peekTurn(db, id, loaded.facts.lead.domain),
        places: await peekPlaces(db, current, loaded.facts.lead.email),
        routing: await peekRouting(db, countedReps(current), asksSameAccount(current) ? loaded.leadId : undefined),
      },
      playbooks: { current, get: (hash) => (hash === then?.hash ? then : atHand(hash)) },
      inputs: loaded.inputs,
      tasks: (await listTasks(db, { leadId: id, states: ['open'], limit: MOST_TASKS })).items.map(openTaskOf),
      journal,
      now: deps.clock.now(),
      ...(at === undefined ? {} : { at }),
      sendAs: deps.clock.anchor.factor > 1 ? 'due' : 'now',
    });
    const { at: when, because, playbook = current.hash, ...words } = explained;
    return c.json(
      {
        ...words,
        playbook,
        ...(when === undefined ? {} : { at: iso(when) }),
        because: [...because],
        timeZone: current.company.timeZone,
      },
      200,
    );
  });
  return app;
}

/** Tasks of a lead that are open at once; more than one is rare. */
const MOST_TASKS = 20;

const openTaskOf = ({ kind, assignee, pool, dueAt, snoozedUntil }: Task): OpenTask => ({
  kind,
  who: assignee ?? `whoever takes it in pool ${pool ?? ''}`,
  dueAt,
  ...(snoozedUntil === null ? {} : { snoozedUntil }),
});

/** The version that decided the entry asked about, or last before the instant; undefined when it is gone or no longer compiles. */
async function versionOf(
  deps: ApiDeps,
  journal: readonly Entry[],
  about: About,
  at: Instant | undefined,
): Promise<Playbook | undefined> {
  const entry =
    about.kind === 'entry'
      ? journal[about.seq - 1]
      : at === undefined
        ? undefined
        : journal.findLast((one) => one.at <= at);
  const hash = entry?.playbookVersion;
  return hash === undefined ? undefined : deps.playbooks.get(hash).catch(() => undefined);
}

const PAGE = 500;

/** Oldest first. A lead's journal has a few hundred entries after years. */
async function wholeJournal(db: Db, leadId: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await listJournal(db, leadId, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    // Numbered anew: of a merged lead they are from two journals.
    for (const item of page.items) entries.push({ ...item, seq: entries.length + 1 });
    if (page.next === null) return entries;
    cursor = page.next;
  }
}
