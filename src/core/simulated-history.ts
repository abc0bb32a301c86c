/**
 * What happened to a lead in a running system, to be played again: what it did, what people and other systems said of
 * it, each as of when it took effect. What its colleagues and the mail service bring about, the simulation does itself.
 */
import { z } from 'zod';
import type { ChannelSuppression, Choices, Facts, Suppression } from './facts.ts';
import { type InputBody, inputSchema } from './input.ts';
import { factsSchema } from './replay/facts-schema.ts';
import type { LeadFields } from './scope.ts';
import type { LeadToSimulate } from './simulated-lead.ts';
import type { Instant } from './time.ts';

const instant = z.number();

const recordedInput = z.object({
  /** When it happened. */
  at: instant,
  /** When it took effect, where it came too late for its own time. */
  taken: instant.exactOptional(),
  body: inputSchema,
});
export type RecordedInput = z.infer<typeof recordedInput>;

const recordedEntry = z.object({
  at: instant,
  type: z.string(),
  cadence: z.string().exactOptional(),
  step: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  by: z.string(),
  data: z.record(z.string(), z.unknown()),
});
/** A journal entry as the store has it. */
export type RecordedEntry = z.infer<typeof recordedEntry>;

/** A task as it was opened. */
const recordedTask = z.object({ id: z.string(), what: z.string(), at: instant });
export type RecordedTask = z.infer<typeof recordedTask>;

/** What a task is for, so that it is found again in a simulation where ids may differ. */
export const taskIsFor = ({ kind, handoff, cadence, step, role }: TaskPlace): string =>
  [kind, handoff ?? '', cadence ?? '', step ?? '', role ?? ''].join(' ');

type TaskPlace = { readonly kind: string } & {
  readonly [K in 'handoff' | 'cadence' | 'step' | 'role']?: string | null | undefined;
};

/** A lead as the store knows it. */
export const recordedLeadSchema = z.object({
  facts: factsSchema,
  /** In the order of time. */
  inputs: z.array(recordedInput),
  opened: z.array(recordedTask),
  /** Its journal, where that was asked for. */
  journal: z.array(recordedEntry).exactOptional(),
});

export interface RecordedLead {
  readonly facts: Facts;
  readonly inputs: readonly RecordedInput[];
  readonly opened: readonly RecordedTask[];
  readonly journal?: readonly RecordedEntry[];
}

/** An input as it is played again. */
export interface PlayedInput extends RecordedInput {
  /** The lead's fields from then on, where it changes them. */
  readonly fields?: LeadFields;
}

export interface LeadHistory {
  readonly inputs: readonly PlayedInput[];
  readonly opened: readonly RecordedTask[];
  readonly suppressions: readonly Suppression[];
  readonly doNot: readonly ChannelSuppression[];
  readonly choices: Choices;
}

/** The fields as they were when it came in, and each change of them, which says what they were before. */
function withFields(
  now: LeadFields,
  inputs: readonly RecordedInput[],
  isLater: (input: RecordedInput) => boolean,
): { first: LeadFields; played: PlayedInput[] } {
  let fields = now;
  const played = inputs.toReversed().map((input): PlayedInput => {
    const { body } = input;
    if (body.kind !== 'lead.changed' || body.was === undefined || !isLater(input)) return input;
    const changed = { ...input, fields };
    // Who works for whom stays: colleagues are those of today.
    fields = { ...fields, ...defined(body.was), domain: fields.domain };
    return changed;
  });
  return { first: fields, played: played.toReversed() };
}

type Before = { readonly [K in keyof LeadFields]?: LeadFields[K] | undefined };
const defined = (fields: Before): Partial<LeadFields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/**
 * The lead without what happened to it, for people whose reactions are drawn: it comes in when it did, or on the first
 * day. Of what holds mail back, what did so then.
 */
export function strangerOf({ facts }: RecordedLead, from: Instant): LeadToSimulate {
  const { leadId: key, key: hashKey, lead, consents, suppressions, doNot = [] } = facts;
  const since = Math.max(from, facts.createdAt);
  const then = <T extends { readonly at: Instant }>(all: readonly T[]): T[] => all.filter(({ at }) => at <= since);
  return { key, hashKey, lead, consents, suppressions: then(suppressions), doNot: then(doNot), since };
}

/** What the lead's own decisions, or those of its colleagues, bring about in a simulation too. */
const OWN: ReadonlySet<InputBody['kind']> = new Set<InputBody['kind']>([
  'colleague.replied',
  'touch.result',
  'touch.proven',
  'touch.rejected',
]);

export const isReplayed = (body: InputBody): boolean => !OWN.has(body.kind);

/**
 * The lead of a history. One that came in before `from` comes in then, as new: what happened to it earlier is left out.
 * @param until what happened from then on is left out, too
 */
export function leadOf({ facts, inputs, opened }: RecordedLead, from: Instant, until: Instant): LeadToSimulate {
  const since = Math.max(from, facts.createdAt);
  const isLater = ({ at, taken = at }: RecordedInput): boolean => taken >= since;
  const { first, played } = withFields(facts.lead, inputs, isLater);
  const within = played.filter((input) => isLater(input) && (input.taken ?? input.at) < until);
  const comesIn = within.some(({ at, body }) => at === since && body.kind === 'lead.changed');
  const arrival: PlayedInput = { at: since, body: { kind: 'lead.changed', by: 'import' } };
  return {
    key: facts.leadId,
    hashKey: facts.key,
    lead: first,
    consents: facts.consents,
    suppressions: [],
    since,
    history: {
      inputs: comesIn ? within : [arrival, ...within],
      opened,
      suppressions: facts.suppressions,
      doNot: facts.doNot ?? [],
      choices: facts.choices ?? { declined: [] },
    },
  };
}

/** Tasks of a simulation that the history has as well. */
export interface KnownTasks {
  /** Whether the task, opened now, is one of the history: of the same kind, for the same, at the same moment. */
  isKnown(task: TaskPlace & { readonly id: string; readonly openedAt: Instant }): boolean;
  has(id: string): boolean;
  /** What was said of a task in the history, as said of the same one here; undefined: there is none. */
  translated(body: InputBody): InputBody | undefined;
}

export function knownTasks(opened: readonly RecordedTask[]): KnownTasks {
  const waiting = new Map(opened.map(({ id, what, at }) => [`${at} ${what}`, id]));
  const byTheirs = new Map<string, string>();
  const ours = new Set<string>();
  return {
    isKnown(task) {
      const key = `${task.openedAt} ${taskIsFor(task)}`;
      const theirs = waiting.get(key);
      if (theirs === undefined) return false;
      waiting.delete(key);
      byTheirs.set(theirs, task.id);
      ours.add(task.id);
      return true;
    },
    has: (id) => ours.has(id),
    translated(body) {
      if (body.kind === 'lead.assigned') return { ...body, tasks: body.tasks.flatMap((id) => byTheirs.get(id) ?? []) };
      if (body.kind !== 'task.answered' && body.kind !== 'task.reassigned' && body.kind !== 'task.reopened')
        return body;
      const task = byTheirs.get(body.task);
      return task === undefined ? undefined : { ...body, task };
    },
  };
}
