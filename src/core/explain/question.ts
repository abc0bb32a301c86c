/** What can be asked about a lead, and the shape of every answer. */
import type { Facts, Playbooks } from '../facts.ts';
import type { Input } from '../input.ts';
import type { LeadState } from '../state.ts';
import { type StoryEntry, storyOf } from '../story.ts';
import type { Instant } from '../time.ts';
import { dayAndTime } from '../words.ts';
import type { BecauseCode, ExplainCode, Verdict } from './codes.ts';

export type About =
  | { readonly kind: 'step'; readonly cadence: string; readonly step: string }
  | { readonly kind: 'cadence'; readonly cadence: string }
  | { readonly kind: 'custody' }
  | { readonly kind: 'stage' }
  | { readonly kind: 'score' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'position' }
  /** One entry of the journal, by its number. */
  | { readonly kind: 'entry'; readonly seq: number };

const PLAIN = [
  { kind: 'custody' },
  { kind: 'stage' },
  { kind: 'score' },
  { kind: 'silence' },
  { kind: 'position' },
] as const satisfies readonly About[];

/** `step:CADENCE/STEP`, `cadence:C`, `entry:N`, `custody`, `stage`, `score`, `silence` or `position`; undefined: none of these. */
export function parseAbout(text: string): About | undefined {
  const step = /^step:([^/]+)\/([^/]+)$/.exec(text);
  if (step?.[1] !== undefined && step[2] !== undefined) return { kind: 'step', cadence: step[1], step: step[2] };
  const cadence = /^cadence:([^/]+)$/.exec(text)?.[1];
  if (cadence !== undefined) return { kind: 'cadence', cadence };
  const entry = /^entry:([1-9]\d{0,8})$/.exec(text)?.[1];
  if (entry !== undefined) return { kind: 'entry', seq: Number(entry) };
  return PLAIN.find(({ kind }) => kind === text);
}

/** A journal entry with its number. */
export type Entry = StoryEntry & {
  readonly seq: number;
  /** Hash of the version it was decided by. */
  readonly playbookVersion?: string;
};

/** A task of the lead that somebody has to answer. */
export interface OpenTask {
  readonly kind: string;
  /** Who has it, or the pool it waits in. */
  readonly who: string;
  readonly dueAt: Instant;
  /** Put out of the way until then. */
  readonly snoozedUntil?: Instant;
}

export interface Because {
  readonly code: BecauseCode;
  readonly expr?: string;
  readonly value?: string | number | boolean;
  /** `playbook.yaml:54`, `journal 12`, or where else it is known from. */
  readonly source: string;
}

export interface Explanation {
  readonly verdict: Verdict;
  /** When it happened, or will. */
  readonly at?: Instant;
  readonly code: ExplainCode;
  readonly sentence: string;
  readonly because: readonly Because[];
  /** What would change the answer, in words; null when nothing has to. */
  readonly unblockedBy: string | null;
  /** The journal's reason, where one entry of it is the answer. */
  readonly reason?: string;
  /** Hash of the version it was judged by. */
  readonly playbook?: string;
}

export interface Question {
  readonly about: About;
  readonly state: LeadState;
  /** With `routing` where it is known, so that deadlines are counted in the right rep's hours. */
  readonly facts: Facts;
  readonly playbooks: Playbooks;
  /** Inbox rows that wait to be used. */
  readonly inputs: readonly Input[];
  /** Open tasks of the lead, where they are known. */
  readonly tasks?: readonly OpenTask[];
  /** The whole journal of the lead, oldest first. */
  readonly journal: readonly Entry[];
  readonly now: Instant;
  /** Ask as of this instant. In the past the journal answers; ahead of now, what will be so if nothing else happens. */
  readonly at?: Instant;
  /** As the engine runs: see `Request` in decide.ts. */
  readonly sendAs: 'due' | 'now';
}

/** Day and time in the company's zone. */
export const LIFTED = 'a manager who lifts it (POST /v1/leads/{id}/requalify)';

export const say = (q: Question, at: Instant): string => dayAndTime(at, q.playbooks.current.company.timeZone);

export const storyIn = (q: Question, entry: StoryEntry): string => storyOf(entry, q.playbooks.current.company.timeZone);

/** The entry as a reason. */
export const fromJournal = (q: Question, entry: Entry): Because => ({
  code: 'journal',
  expr: entry.type,
  value: storyIn(q, entry),
  source: `journal ${entry.seq}`,
});

/** The tasks that wait for an answer, also those that somebody has put out of the way. */
export const taskReasons = (q: Question): Because[] =>
  (q.tasks ?? []).map(({ kind, who, dueAt, snoozedUntil }) => ({
    code: 'fact',
    expr: `open task: ${kind}`,
    value: `${who} has it, due by ${say(q, dueAt)}${
      snoozedUntil === undefined || snoozedUntil <= q.now
        ? ''
        : `, and has put it out of the way until ${say(q, snoozedUntil)}`
    }`,
    source: 'tasks',
  }));

/** The newest entry that fits. */
export const newest = (entries: readonly Entry[], fits: (entry: Entry) => boolean): Entry | undefined =>
  entries.findLast(fits);
