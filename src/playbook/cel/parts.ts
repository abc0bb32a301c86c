/** What a condition looks at, piece by piece with values, so that people see why it holds or does not. */
import { type ASTNode, serialize } from '@marcbachmann/cel-js';
import type { Condition, ConditionPart } from '../../core/playbook.ts';
import { type PlaybookEnvironment, withScope } from './environment.ts';

type Evaluate = (bindings: Readonly<Record<string, unknown>>) => unknown;

/** The pieces of a condition; they are compiled when somebody first asks. */
export function partsOf(
  ast: ASTNode | undefined,
  { cel, bindings }: PlaybookEnvironment,
): NonNullable<Condition['parts']> {
  let pieces: readonly { readonly expr: string; readonly evaluate: Evaluate }[] | undefined;
  return (scope) => {
    pieces ??= [...new Set(ast === undefined ? [] : terms(ast).map((node) => serialize(node)))].map((expr) => ({
      expr,
      evaluate: cel.parse(expr),
    }));
    return withScope(scope, () =>
      (pieces ?? []).map(({ expr, evaluate }): ConditionPart => ({ expr, value: plain(evaluate(bindings)) })),
    );
  };
}

/** What is compared or asked, without the `&&`, `||`, `!` around it and without literals. */
function terms(node: ASTNode): ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'list':
    case 'map':
      return [];
    case 'id':
    case '.':
    case '.?':
    case '[]':
    case '[?]':
    case 'call':
      return [node];
    case 'rcall':
      // `lead.title.contains('Head')`: the title says more than a yes or no does.
      return ['exists', 'all', 'exists_one'].includes(node.args[0]) ? [node] : terms(node.args[1]);
    case '!_':
    case '-_':
      return terms(node.args);
    case '?:':
      return node.args.flatMap(terms);
    default:
      return [...terms(node.args[0]), ...terms(node.args[1])];
  }
}

/** A value as JSON and people know it. What never came is in 1970 for conditions, and `never` here. */
function plain(value: unknown): ConditionPart['value'] {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime() === 0 ? 'never' : value.toISOString();
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return String(value);
}
