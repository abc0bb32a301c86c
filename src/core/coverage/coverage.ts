/**
 * Which rules of a playbook have come to bear, from the journals of its leads. The list is made of the
 * compiled playbook, so that what is added to a playbook is looked for by itself.
 */
import type { Playbook } from '../playbook.ts';
import type { Scope } from '../scope.ts';
import type { StoryEntry } from '../story.ts';
import { cadenceRules, consentRules, emailRules } from './cadence-rules.ts';
import { KEYS } from './playbook-rules.ts';
import type { Rule } from './rule.ts';

export interface Coverage {
  add(entry: StoryEntry): void;
  /** A lead as it is in the end. */
  look(scope: Scope): void;
  result(): Covered;
}

export interface Covered {
  readonly rules: number;
  /** Cadences, emails, routes and the like, and how much of what they say was shown. */
  readonly byKey: Readonly<Record<string, { readonly rules: number; readonly shown: number }>>;
  /** Ids of those that nothing showed, in the order of the playbook. */
  readonly never: readonly string[];
  /** Keys of the playbook that this list does not know. */
  readonly unknown: readonly string[];
}

const RULES: typeof KEYS = { ...KEYS, consent: consentRules, cadences: cadenceRules, emails: emailRules };

/** Everything a playbook says that can come to bear. */
export const rulesOf = (playbook: Playbook): readonly Rule[] =>
  Object.keys(playbook).flatMap((key) => (Object.hasOwn(RULES, key) ? (RULES[key]?.(playbook) ?? []) : []));

export function createCoverage(playbook: Playbook): Coverage {
  const rules = rulesOf(playbook);
  const open = new Set(rules);
  const strike = (shows: (rule: Rule) => boolean | undefined): void => {
    for (const rule of open) if (shows(rule)) open.delete(rule);
  };
  return {
    add: (entry) => strike(({ seenIn }) => seenIn?.(entry)),
    look: (scope) => strike(({ heldBy }) => heldBy?.(scope)),
    result: () => ({
      rules: rules.length,
      byKey: Object.fromEntries(
        [...Map.groupBy(rules, ({ id }) => id.split('/')[0] ?? id)].map(([key, all]) => [
          key,
          { rules: all.length, shown: all.filter((rule) => !open.has(rule)).length },
        ]),
      ),
      never: rules.filter((rule) => open.has(rule)).map(({ id }) => id),
      unknown: Object.keys(playbook).filter((key) => !Object.hasOwn(RULES, key)),
    }),
  };
}
