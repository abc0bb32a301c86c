/** Conditions: CEL, parsed and type-checked against one playbook, compiled to tests of a scope. */
import { type ASTNode, TypeError as CelTypeError, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import type { Condition } from '../core/playbook.ts';
import type { Scope } from '../core/scope.ts';
import { compile } from './cel/compile.ts';
import {
  ACCOUNT_TYPES,
  CONTEXT_TYPES,
  createEnvironment,
  HISTORY_FUNCTIONS,
  LEAD_TYPES,
  VARIABLES,
  withScope,
} from './cel/environment.ts';
import { partsOf } from './cel/parts.ts';
import { type Findings, isAvailable, type KnownNames, type Mistake, walk } from './cel/walk.ts';
import { didYouMean, oneOfNames } from './nearest.ts';

export type { KnownNames, Mistake } from './cel/walk.ts';

export interface CheckedCondition {
  readonly source: string;
  readonly mistakes: readonly Mistake[];
  /** Definitions it uses. */
  readonly definitions: ReadonlySet<string>;
  readonly usesFit: boolean;
  /** Timed by itself; what its definitions add is known when all are checked. */
  readonly timed: boolean;
  readonly aboutLead: boolean;
  readonly test: Condition['test'];
  readonly steady?: Condition['test'];
  readonly fieldsAlone: boolean;
  readonly parts: NonNullable<Condition['parts']>;
}

export interface Conditions {
  check(source: string, known: KnownNames): CheckedCondition;
}

/**
 * @param definitions names of the playbook's definitions; undefined when they cannot be known, and then
 *   an unknown name is no mistake
 */
export function createConditions(definitions: ReadonlySet<string> | undefined): Conditions {
  const environment = createEnvironment(definitions ?? []);
  const { cel, bindings } = environment;

  return {
    check(source, known) {
      const mistakes: Mistake[] = [];
      let findings: Findings | undefined;
      let ast: ASTNode | undefined;
      let run: ((bindings: Readonly<Record<string, unknown>>) => unknown) | undefined;
      try {
        const parsed = cel.parse(source);
        run = parsed;
        ast = parsed.ast;
        findings = walk(parsed.ast, known);
        mistakes.push(...findings.mistakes, ...unavailable(parsed.ast));
        const checked = parsed.check();
        if (!checked.valid) mistakes.push(...typeMistake(checked.error, definitions));
        else if (checked.type !== 'bool') {
          mistakes.push({
            offset: 0,
            message: `the condition is ${typeWords(checked.type ?? 'nothing')}, not true or false`,
            expected: 'a condition such as "score.fit >= 30.0"',
          });
        }
      } catch (error) {
        mistakes.push(syntaxMistake(error, source));
      }
      const compiled = ast === undefined || mistakes.length > 0 ? undefined : compile(ast, definitions ?? NONE);
      const evaluate = run;
      const test: Condition['test'] = compiled
        ? (scope) => holds(() => compiled(scope))
        : (scope) => evaluate !== undefined && holds(() => withScope(scope, () => evaluate(bindings) === true));
      const fieldsAlone = findings !== undefined && looksOnlyAt(findings, LEAD_ALONE);
      const steady = steadyOf(mistakes.length > 0 ? undefined : ast, known, definitions ?? NONE);
      return {
        source,
        mistakes: onePerPlace(mistakes),
        definitions: new Set([...(findings?.names ?? [])].filter((name) => definitions?.has(name))),
        usesFit: findings?.usesFit ?? false,
        timed: findings?.timed ?? false,
        aboutLead: findings === undefined || isAboutLead(findings, definitions),
        parts: partsOf(ast, environment),
        test: fieldsAlone ? rememberedByLead(test) : test,
        fieldsAlone,
        ...(steady === undefined ? {} : { steady }),
      };
    },
  };
}

/** Whether it looks at the lead, and not only at the hour and the chat. */
const isAboutLead = ({ names, usesHistory }: Findings, definitions: ReadonlySet<string> | undefined): boolean =>
  usesHistory || [...names].some((name) => ABOUT_LEAD.has(name) || definitions?.has(name) === true);

const ABOUT_LEAD = new Set<string>(VARIABLES.filter((name) => name !== 'working' && name !== 'chat'));

/**
 * What cannot be computed does not hold. The check refuses what is known to fail; should something
 * pass it all the same (an instant out of range, say), one condition must not stop a lead for good.
 */
function holds(run: () => boolean): boolean {
  try {
    return run();
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

const LEAD_ALONE: ReadonlySet<string> = new Set(['lead']);
/** What stays as it is while nothing happens to the lead. */
const STEADY: ReadonlySet<string> = new Set(['lead', 'stage', 'custody', 'deal', 'attempts']);

const looksOnlyAt = ({ names, timed, usesHistory }: Findings, allowed: ReadonlySet<string>): boolean =>
  !timed && !usesHistory && [...names].every((name) => allowed.has(name));

/** Fields never change in place, so the answer of a condition about nothing else is kept with them. */
function rememberedByLead(test: Condition['test']): Condition['test'] {
  const known = new WeakMap<Scope['lead'], boolean>();
  return (scope) => {
    const before = known.get(scope.lead);
    if (before !== undefined) return before;
    const answer = test(scope);
    known.set(scope.lead, answer);
    return answer;
  };
}

/** The parts between `&&` that time cannot change: while they do not hold, no time makes the whole hold. */
function steadyOf(
  ast: ASTNode | undefined,
  known: KnownNames,
  definitions: ReadonlySet<string>,
): Condition['test'] | undefined {
  const parts = ast === undefined ? [] : conjuncts(ast).filter((part) => looksOnlyAt(walk(part, known), STEADY));
  const tests = parts.flatMap((part) => compile(part, definitions) ?? []);
  if (tests.length === 0) return undefined;
  return (scope) => tests.every((test) => holds(() => test(scope)));
}

const NONE: ReadonlySet<string> = new Set();

const conjuncts = (node: ASTNode): ASTNode[] => (node.op === '&&' ? node.args.flatMap(conjuncts) : [node]);

/** Functions CEL has and conditions may not use, since they fail for some inputs. */
function unavailable(ast: ASTNode): Mistake[] {
  const mistakes: Mistake[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (isNode(value)) {
      if ((value.op === 'call' || value.op === 'rcall') && value.args[0] !== 'has' && !isAvailable(value.args[0])) {
        const name = value.args[0];
        const known = value.op === 'call' ? Object.keys(HISTORY_FUNCTIONS) : METHODS;
        mistakes.push({
          offset: value.op === 'call' ? value.start : Math.max(value.start, value.end - 1),
          message: `there is no function ${name}() in conditions${didYouMean(name, known)}`,
          expected: oneOfNames(known, 'no function'),
        });
      }
      visit(value.args);
    }
  };
  visit(ast);
  return mistakes;
}

const METHODS = [
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'lowerAscii',
  'upperAscii',
  'trim',
  'size',
  'exists',
  'all',
];

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

function syntaxMistake(error: unknown, source: string): Mistake {
  const expected = 'a CEL condition, such as "stage == \'exploring\'"';
  if (!(error instanceof ParseError)) {
    return {
      offset: 0,
      message: `the condition cannot be read: ${error instanceof Error ? error.message : error}`,
      expected,
    };
  }
  const offset = error.range?.start ?? 0;
  if (/EOF/.test(error.summary)) return { offset, message: 'the condition ends too early', expected };
  if (source[offset] === '=') return { offset, message: "'=' compares nothing", expected: "'==' to compare" };
  return { offset, message: `the condition cannot be read: ${lowerFirst(error.summary)}`, expected };
}

function typeMistake(error: unknown, definitions: ReadonlySet<string> | undefined): Mistake[] {
  if (!(error instanceof CelTypeError) && !(error instanceof ParseError)) {
    return [{ offset: 0, message: `the condition cannot be checked: ${String(error)}`, expected: 'a CEL condition' }];
  }
  const offset = error.range?.start ?? 0;
  const name = /: (\S+)$/.exec(error.summary)?.[1] ?? '';
  switch (error.code) {
    case 'unknown_variable': {
      if (!definitions) return [];
      const known = [...VARIABLES, ...definitions];
      return [{ offset, message: `unknown name '${name}'${didYouMean(name, known)}`, expected: oneOfNames(known, '') }];
    }
    case 'no_such_key': {
      const fields = FIELDS[/^\w+/.exec(sourceAround(error))?.[0] ?? ''] ?? Object.keys(LEAD_TYPES);
      return [
        {
          offset,
          message: `unknown field '${name}'${didYouMean(name, fields)}`,
          expected: `one of ${fields.join(', ')}`,
        },
      ];
    }
    case 'no_matching_overload': {
      const called = /for '(?:.*\.)?([A-Za-z_]+)\(/.exec(error.summary)?.[1] ?? '';
      if (!isAvailable(called)) return []; // Said already, as a function that is not there.
      return [
        {
          offset,
          message: `${called}() cannot be called like this`,
          expected: HISTORY_FUNCTIONS[called] ?? `${called}() of a text or list, with the right arguments`,
        },
      ];
    }
    case 'no_such_overload':
      return [{ offset, message: overloadWords(error.summary), expected: 'two values of one type' }];
    default:
      return [{ offset, message: lowerFirst(error.summary), expected: 'values of the right types' }];
  }
}

/** The text the erroneous access stands in. */
function sourceAround(error: InstanceType<typeof CelTypeError> | InstanceType<typeof ParseError>): string {
  const node = error.node;
  return node?.input?.slice(node.start, node.end) ?? '';
}

function overloadWords(summary: string): string {
  const [, left, operator, right] = /: (\S+) (\S+) (\S+)$/.exec(summary) ?? [];
  if (!left || !operator || !right) return lowerFirst(summary);
  return `'${operator}' does not go with ${typeWords(left)} and ${typeWords(right)}`;
}

/** Fields of what has any. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  score: ['fit', 'engagement'],
  deal: ['stage', 'amount', 'open', 'renewsAt', 'owner'],
  account: Object.keys(ACCOUNT_TYPES),
  context: Object.keys(CONTEXT_TYPES),
};

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  double: 'a number',
  bool: 'a yes or no',
  'google.protobuf.Timestamp': 'an instant',
  Lead: 'the whole lead',
  Score: 'the whole score',
  Deal: 'the whole deal',
  Account: 'the whole account',
  Context: 'the whole context',
  'list<string>': 'a list of texts',
};

const typeWords = (types: string): string => WORDS[types] ?? types;

/** The type checker and the walk may stumble over the same place: the walk's words are better. */
function onePerPlace(mistakes: readonly Mistake[]): Mistake[] {
  const places = new Set<number>();
  return mistakes.filter(({ offset }) => !places.has(offset) && places.add(offset));
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
