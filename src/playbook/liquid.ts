/**
 * The one Liquid configuration: which tags, filters and variables a template may use. The playbook's check
 * and the email renderer both take it from here, so that what passed the check is what renders.
 */
import { Liquid } from 'liquidjs';
import type { LeadFields } from '../core/scope.ts';

/** Tags that compute text. None reads a file, another template, or anything beside the variables below. */
export const ALLOWED_TAGS = [
  '#',
  'assign',
  'break',
  'capture',
  'case',
  'comment',
  'continue',
  'for',
  'if',
  'raw',
  'unless',
] as const;

/** Filters on text and numbers. No `raw` or `escape`: escaping is the renderer's, always. No `date`: it reads a clock. */
export const ALLOWED_FILTERS = [
  'abs',
  'append',
  'at_least',
  'at_most',
  'capitalize',
  'ceil',
  'default',
  'divided_by',
  'downcase',
  'first',
  'floor',
  'join',
  'last',
  'lstrip',
  'minus',
  'modulo',
  'plus',
  'prepend',
  'remove',
  'remove_first',
  'replace',
  'replace_first',
  'round',
  'rstrip',
  'size',
  'slice',
  'split',
  'strip',
  'strip_newlines',
  'times',
  'truncate',
  'truncatewords',
  'upcase',
  'url_encode',
] as const;

const LEAD_FIELDS = {
  email: true,
  firstName: true,
  lastName: true,
  company: true,
  domain: true,
  role: true,
  title: true,
  country: true,
  timeZone: true,
  locale: true,
  phone: true,
  source: true,
  campaign: true,
  freemail: true,
  attributes: true,
} satisfies Record<keyof LeadFields, true>;

/**
 * Every variable of a template and its fields. `lead.attributes.ANY` is allowed too; `unsubscribeUrl` has
 * none. `rep` is empty while nobody in sales has the lead.
 */
export const TEMPLATE_VARIABLES = {
  lead: Object.keys(LEAD_FIELDS),
  rep: ['name', 'email'],
  company: ['name', 'postalAddress'],
  unsubscribeUrl: [],
  role: [],
} as const satisfies Record<string, readonly string[]>;

export type TemplateVariable = keyof typeof TEMPLATE_VARIABLES;

export interface LiquidChoice {
  /** Applied to every output, e.g. HTML escaping for bodies; absent for subjects and other plain text. */
  readonly outputEscape?: (value: unknown) => string;
  /** False only where unknown filters have been, or are being, reported otherwise. */
  readonly strictFilters?: boolean;
}

/**
 * A Liquid engine with the allowed tags and filters only; the renderer takes it from here (`src/email`).
 * Own properties only; an absent value renders as nothing, since the check has refused unknown names.
 * The limits are liquidjs's own, which count co-operatively: keep a hard time limit around a render too.
 */
export function createLiquid(choice: LiquidChoice = {}): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    strictFilters: choice.strictFilters ?? true,
    strictVariables: false,
    // No template can name a file: there is nothing to look up.
    templates: {},
    dynamicPartials: false,
    relativeReference: false,
    locale: 'en-GB',
    timezoneOffset: 0,
    parseLimit: 300_000,
    renderLimit: 250,
    memoryLimit: 2_000_000,
    ...(choice.outputEscape && { outputEscape: choice.outputEscape }),
  });
  for (const tag of Object.keys(engine.tags)) {
    if (!ALLOWED_TAGS.some((allowed) => allowed === tag)) delete engine.tags[tag];
  }
  for (const filter of Object.keys(engine.filters)) {
    if (!ALLOWED_FILTERS.some((allowed) => allowed === filter)) engine.unregisterFilter(filter);
  }
  return engine;
}
