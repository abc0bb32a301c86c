/** One thing a playbook says, and how a lead's story shows that it has come to bear. */
import type { Scope } from '../scope.ts';
import type { StoryEntry } from '../story.ts';

export interface Rule {
  /** Where it stands, as `routes/demo` or `cadences/keep-warm/steps/check-in`. */
  readonly id: string;
  /** Whether the entry shows it. */
  readonly seenIn?: (entry: StoryEntry) => boolean;
  /** Whether a lead as it is shows it: rules that are only looked at leave no entry. */
  readonly heldBy?: (scope: Scope) => boolean;
}

/** A field of an entry's data. */
export const told = (entry: StoryEntry, name: string): unknown => entry.data[name];

/** An entry of this type with these in its data; `undefined` asks only that it is there. */
export const entry =
  (type: string, data: Readonly<Record<string, unknown>> = {}): NonNullable<Rule['seenIn']> =>
  (one) =>
    one.type === type &&
    Object.entries(data).every(([name, value]) =>
      value === undefined ? told(one, name) !== undefined : told(one, name) === value,
    );

/** Any of these. */
export const anyOf =
  (...all: readonly NonNullable<Rule['seenIn']>[]): NonNullable<Rule['seenIn']> =>
  (one) =>
    all.some((seenIn) => seenIn(one));

/** With this reason as well. */
export const because =
  (seenIn: NonNullable<Rule['seenIn']>, reason: string): NonNullable<Rule['seenIn']> =>
  (one) =>
    one.reason === reason && seenIn(one);
