/** A JSON Schema as people read it: a list of members, each with its type, and an example. */
import { z } from 'zod';
import { EMPTY, type Html, html, prose } from '../pages/html.ts';

const node = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  description: z.string().optional(),
  example: z.unknown().optional(),
  default: z.unknown().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
});
type Node = z.infer<typeof node>;

export type Components = Readonly<Record<string, unknown>>;

/** Follows references and puts the parts of `allOf` together. */
function resolve(schema: unknown, components: Components): Node {
  const found = node.parse(schema ?? {});
  if (found.$ref !== undefined) {
    const name = found.$ref.slice(found.$ref.lastIndexOf('/') + 1);
    const { $ref: _, ...beside } = found;
    return { ...resolve(components[name], components), ...beside };
  }
  if (found.allOf === undefined) return found;
  const parts = found.allOf.map((part) => resolve(part, components));
  const merged = Object.assign({}, ...parts, found) as Node;
  return {
    ...merged,
    properties: Object.assign({}, ...parts.map((part) => part.properties ?? {}), found.properties ?? {}),
    required: [...parts.flatMap((part) => part.required ?? []), ...(found.required ?? [])],
  };
}

function typeWords(schema: Node, components: Components): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return [...new Set(choices.map((choice) => typeWords(resolve(choice, components), components)))].join(' or ');
  }
  if (schema.enum !== undefined && schema.enum.length <= 8) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return String(schema.const);
  const types = [schema.type ?? 'object'].flat();
  return types
    .map((type) => {
      if (type === 'array') return `list of ${typeWords(resolve(schema.items, components), components)}`;
      return type === 'string' && schema.format !== undefined ? schema.format : type;
    })
    .join(' or ');
}

const nullable = (schema: Node): boolean => [schema.type ?? []].flat().includes('null');

function detail(schema: Node): string {
  const parts = [
    schema.description ?? '',
    schema.default === undefined ? '' : `Default: ${JSON.stringify(schema.default)}.`,
    schema.maxItems === undefined ? '' : `At most ${schema.maxItems}.`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** The members of an object, those of objects inside it below their own. */
export function membersOf(schema: unknown, components: Components, depth = 0): Html {
  const found = resolve(schema, components);
  const inner =
    found.type === 'array' || [found.type ?? []].flat().includes('array') ? resolve(found.items, components) : found;
  const properties = Object.entries(inner.properties ?? {});
  if (properties.length === 0 || depth > 3) return EMPTY;
  return html`<dl>${properties.map(([name, raw]) => {
    const member = resolve(raw, components);
    const optional = inner.required?.includes(name) ? EMPTY : html` <i>optional</i>`;
    const words = typeWords(member, components);
    return html`<dt><code>${name}</code> <span>${words}${nullable(member) && !words.includes('null') ? ' or null' : ''}</span>${optional}</dt><dd>${prose(detail(member))}${membersOf(raw, components, depth + 1)}</dd>`;
  })}</dl>`;
}

/** A value that fits the schema, for a request someone can copy. */
export function exampleOf(schema: unknown, components: Components, depth = 0): unknown {
  const found = resolve(schema, components);
  if (found.example !== undefined) return found.example;
  if (found.const !== undefined) return found.const;
  if (found.enum !== undefined) return found.enum[0];
  const choice = found.anyOf?.[0] ?? found.oneOf?.[0];
  if (choice !== undefined) return exampleOf(choice, components, depth);
  const type = [found.type ?? (found.properties ? 'object' : 'string')].flat()[0];
  switch (type) {
    case 'object': {
      const required = Object.entries(found.properties ?? {}).filter(([name]) => found.required?.includes(name));
      if (depth > 4) return {};
      return Object.fromEntries(required.map(([name, inner]) => [name, exampleOf(inner, components, depth + 1)]));
    }
    case 'array':
      return [exampleOf(found.items, components, depth + 1)];
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    default:
      return found.format === 'email'
        ? 'ada@acme.example'
        : found.format === 'uuid'
          ? '0191f3a0-0000-7000-8000-000000000000'
          : 'text';
  }
}
