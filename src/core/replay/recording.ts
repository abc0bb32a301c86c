/**
 * A wake as it was decided: what the core was asked, and what it answered. Enough to ask the core of another
 * build the same and to compare. It holds what the lead's row and journal hold, so it is kept like those.
 */
import { z } from 'zod';
import type { Request } from '../decide.ts';
import type { Decided } from '../decision.ts';
import { inputSchema } from '../input.ts';
import { factsSchema } from './facts-schema.ts';

const plain = z.record(z.string(), z.unknown());

/** What was decided, as plain data: without what is only figured from the state (standing, emails left). */
export const outcomeSchema = z.object({
  effects: z.array(z.looseObject({ kind: z.string() })),
  applied: z.array(z.string()),
  touch: plain.exactOptional(),
  wake: plain.nullable(),
  held: z.string().exactOptional(),
  /** Whom it concerns, by the number of the journal entry. */
  notices: z.array(z.object({ seq: z.number(), to: z.string() })),
  /** The next state, as what differs from the one before at its first level. */
  next: z.object({ changed: plain, gone: z.array(z.string()) }),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const recordingSchema = z.object({
  v: z.literal(1),
  /** The lead's id and the number of the commit. */
  id: z.string(),
  /** Version of Volley that decided. */
  volley: z.string(),
  /** Hash of the playbook in force; runs are pinned to those that the state names. */
  playbook: z.string(),
  now: z.number(),
  maySend: z.boolean(),
  sendAs: z.enum(['due', 'now']),
  /** Found ended in the store: see already-ended.ts. */
  ended: z.array(z.string()).exactOptional(),
  /** As the version that wrote it has it. */
  state: plain,
  facts: factsSchema,
  inputs: z.array(z.object({ id: z.string(), at: z.number(), body: inputSchema })),
  outcome: outcomeSchema,
});
export type Recording = z.infer<typeof recordingSchema>;

/** `facts` of the request: with all that the decision looked at. */
export function recordingOf(request: Request, decided: Decided, volley: string): Recording {
  const { state, facts, playbooks, inputs, now, maySend, sendAs, ended } = request;
  return recordingSchema.parse(
    asData({
      v: 1,
      id: `${facts.leadId}.${state.seq + 1}`,
      volley,
      playbook: playbooks.current.hash,
      now,
      maySend,
      sendAs,
      ...(ended?.size ? { ended: [...ended] } : {}),
      state,
      facts,
      inputs,
      outcome: outcomeOf(decided, asData(state)),
    }),
  );
}

/** Hashes of the playbook versions that a replay needs. */
export function playbooksOf({ playbook, state, inputs }: Recording): string[] {
  const pinned = z.object({ enrollments: z.array(versioned), sending: z.array(versioned) }).partial();
  const { enrollments = [], sending = [] } = pinned.safeParse(state).data ?? {};
  const told = inputs.flatMap(({ body }) => ('playbook' in body ? [{ playbook: body.playbook }] : []));
  return [...new Set([playbook, ...[...enrollments, ...sending, ...told].map((one) => one.playbook)])];
}

const versioned = z.looseObject({ playbook: z.string() });

/** @param before the state decided from, as plain data */
export function outcomeOf(decided: Decided, before: Readonly<Record<string, unknown>>): Outcome {
  const { effects, applied, touch, wake, held, notices = [] } = decided;
  const after = asData(decided.state);
  const changed = Object.entries(after).filter(([key, value]) => !sameData(value, before[key]));
  return outcomeSchema.parse(
    asData({
      effects,
      applied,
      touch,
      wake,
      held,
      notices,
      next: { changed: Object.fromEntries(changed), gone: Object.keys(before).filter((key) => !(key in after)) },
    }),
  );
}

/** The recorded state after the decision. */
export const nextOf = (before: Readonly<Record<string, unknown>>, { next }: Outcome): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(before).filter(([key]) => !next.gone.includes(key))),
  ...next.changed,
});

/** As it would come back from a file: without what is undefined. */
export const asData = (value: object): Record<string, unknown> => plain.parse(JSON.parse(JSON.stringify(value)));

/** Whether two values are the same as data; the order of an object's keys says nothing. */
export const sameData = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);

/** One text for one value, whatever the order of its keys. */
export const textOf = (value: unknown): string => JSON.stringify(sorted(value)) ?? '';

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}
