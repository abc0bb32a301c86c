/** What a compiled condition reads of a scope: names, fields and calls, each as one function of its type. */
import { type ASTNode, EvaluationError } from '@marcbachmann/cel-js';
import type { Scope } from '../../core/scope.ts';

/** A piece of a condition. Whole numbers are numbers too: those of conditions are exact; instants are too. */
export type Piece =
  | { readonly type: 'bool'; readonly of: (scope: Scope) => boolean }
  | { readonly type: 'text'; readonly of: (scope: Scope) => string }
  | { readonly type: 'number'; readonly of: (scope: Scope) => number }
  | { readonly type: 'instant'; readonly of: (scope: Scope) => number }
  | { readonly type: 'texts'; readonly of: (scope: Scope) => readonly string[] };

const bool = (of: (scope: Scope) => boolean): Piece => ({ type: 'bool', of });
const text = (of: (scope: Scope) => string): Piece => ({ type: 'text', of });
const number = (of: (scope: Scope) => number): Piece => ({ type: 'number', of });
const texts = (of: (scope: Scope) => readonly string[]): Piece => ({ type: 'texts', of });
/** As a `Date` holds it: whole milliseconds, and nothing beyond what one can. */
const instant = (of: (scope: Scope) => number): Piece => ({
  type: 'instant',
  of: (scope) => {
    const at = of(scope);
    return Math.abs(at) <= 8.64e15 ? Math.trunc(at) : Number.NaN;
  },
});

/** A field that is not there fails, as it does in CEL: what cannot be computed does not hold. */
function there<T extends 'string' | 'boolean'>(
  value: unknown,
  type: T,
): asserts value is { string: string; boolean: boolean }[T] {
  if (typeof value !== type) throw new EvaluationError('no such field');
}

type TextField = Exclude<keyof Scope['lead'], 'freemail' | 'attributes'>;
const ofLead = (name: TextField): Piece =>
  text(({ lead }) => {
    const value = lead[name];
    there(value, 'string');
    return value;
  });

const NAMES: Readonly<Record<string, Piece>> = {
  stage: text((scope) => scope.stage),
  custody: text((scope) => scope.custody),
  working: bool((scope) => scope.working),
  attempts: number((scope) => scope.attempts),
};

const FIELDS: Readonly<Record<string, Readonly<Record<string, Piece>>>> = {
  lead: {
    ...{ email: ofLead('email'), firstName: ofLead('firstName'), lastName: ofLead('lastName') },
    ...{ company: ofLead('company'), domain: ofLead('domain'), role: ofLead('role'), title: ofLead('title') },
    ...{ country: ofLead('country'), timeZone: ofLead('timeZone'), locale: ofLead('locale') },
    ...{ phone: ofLead('phone'), source: ofLead('source'), campaign: ofLead('campaign') },
    freemail: bool(({ lead }) => {
      there(lead.freemail, 'boolean');
      return lead.freemail;
    }),
  },
  score: {
    fit: number((scope) => scope.score.fit),
    engagement: number((scope) => scope.score.engagement),
  },
  deal: {
    stage: text((scope) => scope.deal.stage),
    amount: number((scope) => scope.deal.amount),
    open: bool((scope) => scope.deal.open),
    renewsAt: instant((scope) => scope.deal.renewsAt ?? 0),
    owner: text((scope) => scope.deal.owner),
  },
  account: {
    name: text((scope) => scope.account.name),
    domain: text((scope) => scope.account.domain),
    role: text((scope) => scope.account.role),
    leads: number((scope) => scope.account.leads),
    withSales: number((scope) => scope.account.withSales),
    openDeals: number((scope) => scope.account.openDeals),
    engagement: number((scope) => scope.account.engagement),
    roles: texts((scope) => scope.account.roles),
    missing: texts((scope) => scope.account.missing),
    completeness: number((scope) => scope.account.completeness),
  },
  context: {
    device: text((scope) => scope.context.device),
    place: text((scope) => scope.context.place),
    channel: text((scope) => scope.context.channel),
    bestHour: number((scope) => scope.context.bestHour),
  },
  chat: {
    language: text((scope) => scope.chat?.language ?? ''),
    page: text((scope) => scope.chat?.page ?? ''),
    open: number((scope) => scope.chat?.open ?? 0),
  },
};

/** The piece a name stands for; undefined: it is not compiled. */
export function nameOf(name: string, definitions: ReadonlySet<string>): Piece | undefined {
  if (Object.hasOwn(NAMES, name)) return NAMES[name];
  if (Object.hasOwn(FIELDS, name) || !definitions.has(name)) return undefined;
  return bool((scope) => scope.definition(name));
}

export function fieldOf(object: ASTNode, field: string): Piece | undefined {
  if (object.op === '.') return attributeOf(object, field);
  const fields = object.op === 'id' && Object.hasOwn(FIELDS, object.args) ? FIELDS[object.args] : undefined;
  return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
}

/** `lead.attributes['name']` and `lead.attributes.name`: one that is not there is empty. */
export function attributeOf(object: ASTNode, name: string | undefined): Piece | undefined {
  if (object.op !== '.' || object.args[1] !== 'attributes' || name === undefined) return undefined;
  const [lead] = object.args;
  if (lead.op !== 'id' || lead.args !== 'lead') return undefined;
  return text(({ lead: { attributes } }) => {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    there(value ?? '', 'string');
    return value ?? '';
  });
}

/** Functions on the history, with texts in quotes only. */
export function callOf(name: string, args: readonly ASTNode[]): Piece | undefined {
  const [first, second] = args.map(literal);
  if (first === undefined || args.length > 2 || (args.length === 2 && second === undefined)) return undefined;
  const one = args.length === 1;
  switch (name) {
    case 'seen':
      if (one) return bool((scope) => scope.signals(first).count > 0);
      return bool((scope) => scope.signals(first, second).count > 0);
    case 'count':
      if (one) return number((scope) => scope.signals(first).count);
      return number((scope) => scope.signals(first, second).count);
    case 'last':
      return one ? instant((scope) => scope.last(first) ?? 0) : undefined;
    case 'ago':
      return one ? instant((scope) => scope.ago(first)) : undefined;
    case 'clicked':
      return one ? bool((scope) => scope.clicked(first)) : undefined;
    default:
      return undefined;
  }
}

export const literal = (node: ASTNode): string | undefined =>
  node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
