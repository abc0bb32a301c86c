/**
 * Leads asleep in a cadence while a new version of the workers takes over: first both versions run, then the old
 * one is gone. The real engine, store and mailbox, sped up; each lead has a letter before, during and after.
 */
import { createClock } from '../src/clock.ts';
import { DAY } from '../src/core/time.ts';
import { EventType, type HistoryEvent } from '../src/temporal/history.ts';
import { leadWorkflowId } from '../src/temporal/names.ts';
import { buildIdOf, type WorkflowBundle } from '../src/worker/bundle.ts';
import { benchPlaybook } from './playbook.ts';
import { inParallel, openRig, type Rig } from './rig.ts';

const START = Date.parse('2026-11-23T00:00:00Z');
const SLEEP_DAYS = 10;
const WIDTH = 16;

export interface Upgrade {
  readonly leads: number;
  /** How long a lead sleeps between two letters, real ms: longer than all of them take for one, and a start of workers. */
  readonly sleepMs: number;
}

export interface Upgraded {
  /** Letters of the first round when the newer version had taken over: all, and none of the second, or nobody slept. */
  readonly lettersAtUpgrade: number;
  /** Letters of the first two rounds when the older version had gone. */
  readonly lettersAtEnd: number;
  /** Messages, and those that went twice. */
  readonly sent: number;
  readonly repeated: number;
  /** Touches decided before they were due. */
  readonly early: number;
  /** Leads whose history shows first the older version alone and then the newer one alone, to its end. */
  readonly carried: number;
  /** Workflow tasks that failed, such as those that did not replay. */
  readonly failedTasks: number;
}

const asleep = `
cadence: daily
purpose: marketing
lane: nurture
window: { days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59", zone: lead, else: [company] }
steps:
  - { id: before, email: mail-0 }
  - { id: first, wait: P${SLEEP_DAYS}D }
  - { id: during, email: mail-1 }
  - { id: second, wait: P${SLEEP_DAYS}D }
  - { id: after, email: mail-2 }
`;

/** The same loop with another word in it: a version of its own, which shows in what it schedules. */
export function newerThan({ code }: WorkflowBundle): WorkflowBundle {
  const newer = code.replaceAll('look at the inbox', 'look at your inbox');
  if (newer === code) throw new Error('the workflows have no such words any more: find others');
  return { code: newer, buildId: buildIdOf(newer) };
}

export async function carryOver(
  { leads, sleepMs }: Upgrade,
  onSent: (sent: number) => void = () => {},
): Promise<Upgraded> {
  const clock = createClock({ real: Date.now(), virtual: START, factor: (SLEEP_DAYS * DAY) / sleepMs });
  const rig = await openRig({ clock, emails: 3, files: { ...benchPlaybook(3), 'cadences/daily.yaml': asleep } });
  try {
    rig.mailbox.onMessage(() => onSent(rig.mailbox.count));
    const ids = await rig.createLeads(leads);
    const before = letters(rig, leads);
    await rig.enrol(ids);
    await before;
    const newer = newerThan(rig.bundle);
    const during = letters(rig, leads * 2);
    await rig.startBeside(newer);
    const lettersAtUpgrade = rig.mailbox.count;
    await during;
    const after = letters(rig, leads * 3);
    await rig.workers.stop();
    const lettersAtEnd = rig.mailbox.count;
    await after;
    const histories: HistoryEvent[][] = [];
    await inParallel(ids, WIDTH, async (id) => {
      const handle = rig.client.workflow.getHandle(leadWorkflowId(id));
      await handle.result();
      histories.push((await handle.fetchHistory()).events ?? []);
    });
    const { count: sent } = rig.mailbox;
    const touches = new Set(rig.mailbox.messages().map(({ touch }) => touch));
    const versions = [rig.bundle.buildId, newer.buildId];
    return {
      ...{ lettersAtUpgrade, lettersAtEnd, sent, repeated: sent - touches.size },
      early: await earlyIn(rig),
      carried: histories.filter((events) => inTurn(events, versions)).length,
      failedTasks: histories.flat().filter((event) => event.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
        .length,
    };
  } finally {
    await rig.close();
  }
}

/** Resolves when the mailbox has so many messages. */
function letters({ mailbox }: Rig, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (mailbox.count < count) return;
      off();
      resolve();
    };
    const off = mailbox.onMessage(look);
    look();
  });
}

/** Whether these versions worked on it, each once, in this order, and no other. */
function inTurn(events: readonly HistoryEvent[], versions: readonly string[]): boolean {
  const worked = events.flatMap(
    (event) => event.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId ?? [],
  );
  const turns = worked.filter((build, n) => build !== worked[n - 1]);
  return turns.join() === versions.join();
}

async function earlyIn({ database }: Rig): Promise<number> {
  const rows = await database.db.selectFrom('touches').select('id').whereRef('decided_at', '<', 'due_at').execute();
  return rows.length;
}

export interface Held {
  readonly what: string;
  readonly held: boolean;
  readonly is: number;
  readonly wanted: number;
}

export function judge({ leads }: Upgrade, upgraded: Upgraded): Held[] {
  const wanted: { readonly [K in keyof Upgraded]: readonly [string, number] } = {
    lettersAtUpgrade: ['letters when the newer version took over: everybody sleeps', leads],
    lettersAtEnd: ['letters when the older version had gone: everybody sleeps again', leads * 2],
    sent: ['letters in all', leads * 3],
    repeated: ['letters that went twice', 0],
    early: ['letters before they were due', 0],
    carried: ['leads carried over, from the older version to the newer one and no other', leads],
    failedTasks: ['workflow tasks that failed', 0],
  };
  const names = Object.keys(wanted) as (keyof Upgraded)[];
  return names.map((name) => {
    const [what, goal] = wanted[name];
    return { what, held: upgraded[name] === goal, is: upgraded[name], wanted: goal };
  });
}
