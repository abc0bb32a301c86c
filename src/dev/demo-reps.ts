/** What example reps do with their tasks: by the API, with keys of their own. */
import { z } from 'zod';
import type { ApiClient } from '../cli/client.ts';
import type { Clock } from '../clock.ts';
import type { Actors, TaskAct } from '../core/actors.ts';
import { isChatTask } from '../core/chats.ts';
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { iso } from '../core/time.ts';
import { calendarOf } from '../core/view.ts';
import type { Life } from './demo-life.ts';
import type { Told } from './demo-told.ts';

const taskSchema = z.looseObject({
  id: z.string(),
  lead: z.looseObject({ id: z.string() }),
  assignee: z.string().nullable(),
  kind: z.string(),
  enrollment: z.string().nullable(),
  handoff: z.string().nullable(),
  openedAt: z.string(),
  assignedAt: z.string().nullable(),
});
const pageSchema = z.looseObject({ items: z.array(taskSchema), next: z.string().nullable() });
type Task = z.infer<typeof taskSchema>;

/** How long an answer takes to be counted on a busy laptop, real ms: reps set out this much before they mean to answer. */
const AHEAD_MS = 200;

export interface RepsOptions {
  readonly manager: ApiClient;
  readonly apiOf: (rep: string) => ApiClient;
  readonly reps: readonly Rep[];
  readonly playbook: Playbook;
  readonly actors: Actors;
  readonly clock: Clock;
  readonly life: Life;
  readonly told: Told;
  /** What everything about the lead is drawn by. */
  readonly keyOf: (leadId: string) => string | undefined;
}

/** @returns looks at all open tasks, and plans answers to those that are new to who has them */
export function createReps(options: RepsOptions): () => Promise<void> {
  const { manager, apiOf, playbook, actors, clock, life, told, keyOf } = options;
  const reps = new Map(options.reps.map((rep) => [rep.id, rep]));
  /** By task: who has it, and as the how manieth from 0. */
  const looked = new Map<string, { rep: string; hand: number; nth: number }>();

  function plan(task: Task): void {
    const lead = keyOf(task.lead.id);
    const before = looked.get(task.id);
    // Chats are taken where they ring.
    if (isChatTask(task)) return;
    if (lead === undefined || task.assignee === null || before?.rep === task.assignee) return;
    const hand = before === undefined ? 0 : before.hand + 1;
    const number = before?.nth ?? life.nth('task', lead);
    looked.set(task.id, { rep: task.assignee, hand, nth: number });
    const openedAt = Date.parse(task.assignedAt ?? task.openedAt);
    const calendar = calendarOf(playbook, reps.get(task.assignee));
    const handoff = task.handoff === null ? {} : { handoff: task.handoff };
    const act = actors.answer(lead, { ...handoff, kind: task.kind, nth: number, hand, openedAt, calendar });
    const rep = task.assignee;
    if (act === undefined) return;
    const setOut = act.at - AHEAD_MS * clock.anchor.factor;
    life.later(setOut, act.answer, () => answer(task, rep, act));
  }

  async function answer(task: Task, rep: string, act: TaskAct): Promise<void> {
    const api = apiOf(rep);
    const { at: _at, answer: verb, ...words } = act;
    const json = 'until' in words && words.until !== undefined ? { ...words, until: iso(words.until) } : words;
    await api.ask(`/v1/tasks/${task.id}/${verb}`, z.unknown(), { method: 'POST', json });
    if (verb === 'accept') await afterAccept(task.lead.id, rep, api);
  }

  async function afterAccept(leadId: string, rep: string, api: ApiClient): Promise<void> {
    const lead = keyOf(leadId) ?? '';
    const calendar = calendarOf(playbook, reps.get(rep));
    const next = actors.afterAccept(lead, { nth: life.nth('accept', lead), at: clock.now(), calendar });
    if (next === undefined) return;
    if (next.kind === 'signals') {
      await told.signals(next.signals.map((one) => [leadId, one] as const));
      return;
    }
    if (next.kind === 'deal') {
      await told.sale(leadId, `deal-${leadId}-${life.nth('deal', leadId)}`, next, rep);
      return;
    }
    const { at, kind: _kind, until, ...given } = next;
    life.later(at, 'recycle', async () => {
      const json = until === undefined ? given : { ...given, until: iso(until) };
      await api.ask(`/v1/leads/${leadId}/recycle`, z.unknown(), { method: 'POST', json });
    });
  }

  return async function look() {
    let next: string | null = null;
    do {
      const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page: z.infer<typeof pageSchema> = await manager.ask(`/v1/tasks?state=open&limit=100${cursor}`, pageSchema);
      for (const task of page.items) plan(task);
      next = page.next;
    } while (next !== null);
  };
}
