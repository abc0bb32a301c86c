/** A condition as reasons: the whole with its answer, then what it looks at, definitions opened up. */
import type { Condition, Playbook } from '../playbook.ts';
import type { Scope } from '../scope.ts';
import { SINCE_RETURN, viewOf } from '../view.ts';
import type { Because, Question } from './question.ts';

/** Definitions that use definitions: `check` refuses circles, this bounds what is shown. */
const DEEPEST = 3;

/**
 * @param source where the condition stands, for one that does not know its place (`routes/ready/when`)
 */
export function conditionReasons(
  q: Question,
  playbook: Playbook,
  { condition, scope, source }: { condition: Condition; scope: Scope; source: string },
): Because[] {
  const place = condition.place ?? source;
  return [
    { code: 'condition', expr: condition.source, value: condition.test(scope), source: place },
    ...partReasons(q, playbook, condition, scope, place, 0),
  ];
}

function partReasons(
  q: Question,
  playbook: Playbook,
  condition: Condition,
  scope: Scope,
  source: string,
  depth: number,
): Because[] {
  const parts = condition.parts?.(scope) ?? [];
  return parts.flatMap(({ expr, value }): Because[] => {
    const shown = typeof value === 'number' ? Math.round(value * 10) / 10 : value;
    const part: Because = { code: 'part', expr, value: shown, source };
    const definition = Object.hasOwn(playbook.definitions, expr) ? playbook.definitions[expr] : undefined;
    if (definition === undefined || depth >= DEEPEST) return [part];
    const view = viewOf(q.state, q.facts, playbook, scope.now, SINCE_RETURN);
    const place = definition.place ?? `definitions/${expr}`;
    return [part, ...partReasons(q, playbook, definition, view, place, depth + 1)];
  });
}
