/**
 * Conditions as functions of a scope. CEL's own evaluator walks a tree and asks at each node for the types
 * again; what the checker has let through needs neither. What is not known here (arithmetic, `?:`, macros,
 * instants' parts) is left to CEL, whole. A test draws conditions and scopes, and both must say the same.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Scope } from '../../core/scope.ts';
import { attributeOf, callOf, fieldOf, literal, nameOf, type Piece } from './leaves.ts';

type Test = (scope: Scope) => boolean;

/**
 * The condition as a function; undefined: CEL must evaluate it.
 * @param ast of a condition that CEL's type checker has found right
 */
export function compile(ast: ASTNode, definitions: ReadonlySet<string>): Test | undefined {
  const piece = pieceOf(ast, definitions);
  return piece?.type === 'bool' ? piece.of : undefined;
}

function pieceOf(node: ASTNode, definitions: ReadonlySet<string>): Piece | undefined {
  switch (node.op) {
    case 'value':
      return literalOf(node.args);
    case 'list':
      return listOf(node.args);
    case 'id':
      return nameOf(node.args, definitions);
    case '.':
      return fieldOf(node.args[0], node.args[1]);
    case '[]':
      return attributeOf(node.args[0], literal(node.args[1]));
    case 'call':
      return callOf(node.args[0], node.args[1]);
    case 'rcall':
      return methodOf(node.args[0], pieceOf(node.args[1], definitions), node.args[2]);
    case '!_': {
      const not = pieceOf(node.args, definitions);
      return not?.type === 'bool' ? { type: 'bool', of: (scope) => !not.of(scope) } : undefined;
    }
    case '-_': {
      const minus = pieceOf(node.args, definitions);
      return minus?.type === 'number' ? { type: 'number', of: (scope) => -minus.of(scope) } : undefined;
    }
    case '&&':
    case '||':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in': {
      const [left, right] = [pieceOf(node.args[0], definitions), pieceOf(node.args[1], definitions)];
      const test = left && right && binaryOf(node.op, left, right);
      return test && { type: 'bool', of: test };
    }
    default:
      return undefined;
  }
}

function binaryOf(
  op: '&&' | '||' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in',
  left: Piece,
  right: Piece,
): Test | undefined {
  if (op === 'in') return left.type === 'text' && right.type === 'texts' ? isIn(left.of, right.of) : undefined;
  if (left.type === 'bool' && right.type === 'bool') {
    if (op === '&&') return and(left.of, right.of);
    if (op === '||') return or(left.of, right.of);
    return op === '==' || op === '!=' ? equality(op, left.of, right.of) : undefined;
  }
  if (op === '&&' || op === '||') return undefined;
  if (left.type === 'text' && right.type === 'text') {
    return op === '==' || op === '!=' ? equality(op, left.of, right.of) : undefined;
  }
  if (left.type === 'number' && right.type === 'number') return comparison(op, left.of, right.of);
  if (left.type === 'instant' && right.type === 'instant') return comparison(op, left.of, right.of);
  return undefined;
}

/** As in CEL, what fails on the left does not matter where the right decides. */
const and =
  (left: Test, right: Test): Test =>
  (scope) => {
    let holds: boolean;
    try {
      holds = left(scope);
    } catch (error) {
      if (!right(scope)) return false;
      throw error;
    }
    return holds && right(scope);
  };

const or =
  (left: Test, right: Test): Test =>
  (scope) => {
    let holds: boolean;
    try {
      holds = left(scope);
    } catch (error) {
      if (right(scope)) return true;
      throw error;
    }
    return holds || right(scope);
  };

const equality = <T extends string | boolean>(op: '==' | '!=', a: (scope: Scope) => T, b: (scope: Scope) => T): Test =>
  op === '==' ? (scope) => a(scope) === b(scope) : (scope) => a(scope) !== b(scope);

function comparison(
  op: '==' | '!=' | '<' | '<=' | '>' | '>=',
  a: (scope: Scope) => number,
  b: (scope: Scope) => number,
): Test {
  switch (op) {
    case '==':
      return (scope) => a(scope) === b(scope);
    case '!=':
      return (scope) => a(scope) !== b(scope);
    case '<':
      return (scope) => a(scope) < b(scope);
    case '<=':
      return (scope) => a(scope) <= b(scope);
    case '>':
      return (scope) => a(scope) > b(scope);
    case '>=':
      return (scope) => a(scope) >= b(scope);
  }
}

const isIn =
  (text: (scope: Scope) => string, list: (scope: Scope) => readonly string[]): Test =>
  (scope) => {
    // The left side first: which of two failures it is decides what is read next.
    const one = text(scope);
    return list(scope).includes(one);
  };

function literalOf(value: unknown): Piece | undefined {
  switch (typeof value) {
    case 'string':
      return { type: 'text', of: () => value };
    case 'boolean':
      return { type: 'bool', of: () => value };
    case 'number':
      return { type: 'number', of: () => value };
    case 'bigint': {
      const whole = Number(value);
      return { type: 'number', of: () => whole };
    }
    default:
      return undefined;
  }
}

function listOf(items: readonly ASTNode[]): Piece | undefined {
  const known = items.map(literal).filter((text) => text !== undefined);
  return known.length === items.length ? { type: 'texts', of: () => known } : undefined;
}

function methodOf(name: string, on: Piece | undefined, args: readonly ASTNode[]): Piece | undefined {
  const [part] = args.map(literal);
  if (on?.type !== 'text' || args.length !== 1 || part === undefined) return undefined;
  switch (name) {
    case 'contains':
      return { type: 'bool', of: (scope) => on.of(scope).includes(part) };
    case 'startsWith':
      return { type: 'bool', of: (scope) => on.of(scope).startsWith(part) };
    case 'endsWith':
      return { type: 'bool', of: (scope) => on.of(scope).endsWith(part) };
    default:
      return undefined;
  }
}
