/** What a condition says, read from its syntax tree: names used, literals that must exist, functions allowed. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { didYouMean, oneOfNames } from '../nearest.ts';
import { DURATION_EXPECTED, isDuration } from '../schemas/scalars.ts';
import { HISTORY_FUNCTIONS, VARIABLES } from './environment.ts';

export interface Mistake {
  /** UTF-16 units from the start of the condition. */
  readonly offset: number;
  readonly message: string;
  readonly expected: string;
}

/** Names of the playbook that literals must be; undefined where they cannot be known. */
export interface KnownNames {
  readonly stages?: ReadonlySet<string> | undefined;
  readonly signals?: ReadonlySet<string> | undefined;
  readonly roles?: ReadonlySet<string> | undefined;
  /** Email steps of the cadence; `none` outside of cadences. */
  readonly clickable: ReadonlySet<string> | 'none' | 'unknown';
  /** Nothing but fields of the lead may be used. */
  readonly fieldsOnly?: boolean;
  /** Whether it is a rule of `chat`. */
  readonly chat?: boolean;
}

export interface Findings {
  readonly mistakes: Mistake[];
  /** Every plain name used, definitions among them. */
  readonly names: Set<string>;
  /** Uses the fit score, which is computed by conditions itself. */
  usesFit: boolean;
  /** Says something that time alone can change. */
  timed: boolean;
  /** Asks what the lead did. */
  usesHistory: boolean;
  /** `stage` and `custody` where they may stand. */
  readonly compared: Set<ASTNode>;
}

/** With products of two only, whole numbers of conditions stay far below CEL's 64 bits, where it fails. */
const LARGEST = 1_000_000n;
const FIELDS_ONLY = "fields of the lead, such as lead.title.contains('CFO')";
const CUSTODY = new Set(['marketing', 'sales', 'nobody']);

/**
 * Functions and methods that give an answer for every input: a condition must never fail while it runs.
 * `duration`, `timestamp` and `matches` are safe with literals, which are tried here; `double` and `int`
 * of a text are not.
 */
const TOTAL = new Set([
  ...Object.keys(HISTORY_FUNCTIONS),
  ...['size', 'contains', 'startsWith', 'endsWith', 'matches', 'lowerAscii', 'upperAscii', 'trim'],
  ...['exists', 'all', 'exists_one'],
  ...['duration', 'timestamp', 'getDayOfWeek', 'getHours', 'getMonth', 'getFullYear'],
]);

/** Reads the tree of one condition. */
export function walk(ast: ASTNode, known: KnownNames): Findings {
  const findings: Findings = {
    mistakes: [],
    names: new Set(),
    usesFit: false,
    timed: false,
    usesHistory: false,
    compared: new Set(),
  };
  visit(ast, known, findings);
  return findings;
}

function visit(node: ASTNode, known: KnownNames, findings: Findings): void {
  const mistake = (at: ASTNode, message: string, expected: string) =>
    findings.mistakes.push({ offset: at.start, message, expected });

  switch (node.op) {
    case 'id':
      findings.names.add(node.args);
      if (known.fieldsOnly && node.args !== 'lead' && VARIABLES.some((name) => name === node.args)) {
        mistake(node, `'${node.args}' cannot be used here: a role is read from the fields of the lead`, FIELDS_ONLY);
      }
      if (node.args === 'chat' && known.chat !== true) {
        mistake(node, "'chat' is there in the rules of 'chat' only", 'a condition on the lead');
      }
      if (node.args === 'working') findings.timed = true;
      // `<` would compare the alphabet, and in a list or a choice no misspelt name would be noticed.
      if ((node.args === 'stage' || node.args === 'custody') && !findings.compared.has(node)) {
        mistake(
          node,
          `'${node.args}' can be compared by ==, != and in only, with names in quotes`,
          `${node.args} == '…' or ${node.args} in ['…', '…']`,
        );
      }
      break;
    case 'value':
      if (typeof node.args === 'bigint' && node.args > LARGEST) {
        mistake(node, 'the number is too large', `a number up to ${LARGEST}`);
      }
      break;
    case '*':
      if (node.args.some((factor) => contains(factor, '*'))) {
        mistake(node, 'a product of more than two numbers can become too large', 'a product of two numbers');
      }
      break;
    case '.':
      if (isName(node.args[0], 'score')) {
        if (node.args[1] === 'engagement') findings.timed = true;
        if (node.args[1] === 'fit') findings.usesFit = true;
      }
      if (isName(node.args[0], 'account') && node.args[1] === 'engagement') findings.timed = true;
      break;
    case '[]':
      if (!isAttributes(node.args[0])) {
        mistake(node.args[1], 'only lead.attributes can be looked up by [ ]', "lead.attributes['name']");
      }
      break;
    case '==':
    case '!=':
      compare(node.args[0], [node.args[1]], known, findings);
      compare(node.args[1], [node.args[0]], known, findings);
      break;
    case 'in':
      if (isAttributes(node.args[1])) {
        mistake(node, 'every attribute is there, absent ones are empty', "lead.attributes['name'] != ''");
      }
      if (isRoles(node.args[1])) knownRole(node.args[0], known, findings);
      if (node.args[1].op === 'list') compare(node.args[0], node.args[1].args, known, findings);
      break;
    case '/':
    case '%':
      mistake(node, `'${node.op}' is not available: it fails for zero`, 'a comparison without a division');
      break;
    case 'call':
      call(node, node.args[0], node.args[1], known, findings);
      break;
    case 'rcall':
      call(node, node.args[0], node.args[2], known, findings);
      break;
  }
  for (const child of children(node)) visit(child, known, findings);
}

function call(node: ASTNode, name: string, args: readonly ASTNode[], known: KnownNames, findings: Findings): void {
  const add = (at: ASTNode, message: string, expected: string) =>
    findings.mistakes.push({ offset: at.start, message, expected });
  const [first, second] = args;
  if (name === 'has') {
    add(node, 'every field is there, absent ones are empty', "a comparison such as lead.title != ''");
    return;
  }
  if (!TOTAL.has(name)) return; // Unknown or not allowed: the caller says which, with the types.
  const signature = HISTORY_FUNCTIONS[name];
  if (known.fieldsOnly && signature !== undefined && node.op === 'call') {
    add(node, `${name}() cannot be used here: a role is read from the fields of the lead`, FIELDS_ONLY);
    return;
  }
  if (signature !== undefined) findings.usesHistory = true;
  if (signature !== undefined && node.op === 'call') {
    for (const arg of args) {
      if (literal(arg) === undefined) add(arg, `${name}() takes text in quotes`, signature);
    }
  }
  const text = first && literal(first);
  switch (name) {
    case 'seen':
    case 'count':
    case 'last':
      if (name === 'last' || args.length > 1) findings.timed = true;
      if (first && text !== undefined && known.signals && !known.signals.has(text)) {
        const names = known.signals;
        add(first, `unknown signal '${text}'${didYouMean(text, names)}`, 'a signal of playbook.yaml');
      }
      if (second) durationLiteral(second, findings);
      break;
    case 'ago':
      findings.timed = true;
      if (first) durationLiteral(first, findings);
      break;
    case 'clicked':
      if (!first || text === undefined || known.clickable === 'unknown') break;
      if (known.clickable === 'none') {
        add(node, 'clicked() is about a step of a cadence, and this is not in one', "seen('email.clicked')");
      } else if (!known.clickable.has(text)) {
        add(
          first,
          `'${text}' is no email step of this cadence${didYouMean(text, known.clickable)}`,
          oneOfNames(known.clickable, 'a cadence with email steps'),
        );
      }
      break;
    case 'duration':
      if (first && (text === undefined || !/^(?:\d{1,6}(?:\.\d+)?[hms])+$/.test(text))) {
        add(first, 'this is no duration', 'a span such as duration("36h")');
      }
      break;
    case 'timestamp':
      if (
        first &&
        (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) || Number.isNaN(Date.parse(text)))
      ) {
        add(first, 'this is no instant', 'an instant such as timestamp("2026-12-25T00:00:00Z")');
      }
      break;
    case 'getDayOfWeek':
    case 'getHours':
    case 'getMonth':
    case 'getFullYear':
      if (first) add(first, `${name}() takes no zone: instants are in UTC`, `${name}()`);
      break;
    case 'matches':
      if (first) patternLiteral(first, text, findings);
      break;
  }
}

const isAccountRole = (node: ASTNode): boolean =>
  node.op === '.' && isName(node.args[0], 'account') && node.args[1] === 'role';

/** `stage`, `custody` and the lead's role are compared with what exists only. */
function compare(left: ASTNode, rights: readonly ASTNode[], known: KnownNames, findings: Findings): void {
  if (isAccountRole(left)) for (const right of rights) if (literal(right) !== '') knownRole(right, known, findings);
  const what = isName(left, 'stage') ? 'stage' : isName(left, 'custody') ? 'custody' : undefined;
  if (!what) return;
  if (rights.every((right) => literal(right) !== undefined)) findings.compared.add(left);
  const names = what === 'stage' ? known.stages : CUSTODY;
  if (!names) return;
  for (const right of rights) {
    const text = literal(right);
    if (text === undefined || names.has(text)) continue;
    findings.mistakes.push({
      offset: right.start,
      message: `unknown ${what} '${text}'${didYouMean(text, names)}`,
      expected: oneOfNames(names, 'a stage of playbook.yaml'),
    });
  }
}

function durationLiteral(node: ASTNode, findings: Findings): void {
  const text = literal(node);
  if (text !== undefined && !isDuration(text)) {
    findings.mistakes.push({ offset: node.start, message: `'${text}' is no duration`, expected: DURATION_EXPECTED });
  }
}

/** A pattern runs on what people type into forms: one that can take exponential time is refused. */
function patternLiteral(node: ASTNode, text: string | undefined, findings: Findings): void {
  const expected = "a simple pattern such as matches('^(VP|Head) of')";
  const add = (message: string) => findings.mistakes.push({ offset: node.start, message, expected });
  if (text === undefined) return void add('matches() takes a pattern in quotes');
  if (text.length > 200) return void add('the pattern is longer than 200 characters');
  if (/\)[*+{]|\\[1-9]|\(\?[<=!]/.test(text)) return void add('the pattern repeats a group or looks around');
  try {
    new RegExp(text, 'u');
  } catch {
    add('the pattern is no regular expression');
  }
}

/** A role that nobody can have would never be there, and always be missing. */
function knownRole(node: ASTNode, known: KnownNames, findings: Findings): void {
  const text = literal(node);
  if (text === undefined || !known.roles || known.roles.has(text)) return;
  findings.mistakes.push({
    offset: node.start,
    message: `unknown role '${text}'${didYouMean(text, known.roles)}`,
    expected: oneOfNames(known.roles, 'a role of the buyingGroup of playbook.yaml'),
  });
}

const contains = (node: ASTNode, op: ASTNode['op']): boolean =>
  node.op === op || children(node).some((child) => contains(child, op));
const isName = (node: ASTNode, name: string): boolean => node.op === 'id' && node.args === name;
const isAttributes = (node: ASTNode): boolean =>
  node.op === '.' && isName(node.args[0], 'lead') && node.args[1] === 'attributes';
const isRoles = (node: ASTNode): boolean =>
  node.op === '.' && isName(node.args[0], 'account') && (node.args[1] === 'roles' || node.args[1] === 'missing');
const literal = (node: ASTNode): string | undefined =>
  node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;

function children(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'list':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

/** Whether a function is available, beside its types. */
export const isAvailable = (name: string): boolean => TOTAL.has(name);
