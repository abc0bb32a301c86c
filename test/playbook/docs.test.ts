/** docs/playbook.md names everything an author may write. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ALLOWED_FILTERS, ALLOWED_TAGS, TEMPLATE_VARIABLES } from '../../src/playbook/liquid.ts';
import { jsonSchemas } from '../../src/playbook/schemas/json.ts';
import { BUILT_IN_SIGNALS } from '../../src/playbook/signals.ts';

const docs = readFileSync(new URL('../../docs/playbook.md', import.meta.url), 'utf8');
const code = [...docs.matchAll(/```[\s\S]*?```|`([^`]+)`/g)].map(([all]) => all).join(' ');
const missing = (names: Iterable<string>): string[] =>
  [...names].filter((name) => !new RegExp(`(?<![\\w-])${name.replace('.', '\\.')}(?![\\w-])`).test(code));

function keysOf(schema: unknown, keys = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return keys;
  if ('properties' in schema && typeof schema.properties === 'object' && schema.properties !== null) {
    for (const key of Object.keys(schema.properties)) keys.add(key);
  }
  for (const value of Object.values(schema)) keysOf(value, keys);
  return keys;
}

test('every key of every kind of file', () => {
  expect(missing(keysOf(jsonSchemas()))).toEqual([]);
});

test('every tag, filter and variable of templates', () => {
  expect(missing(ALLOWED_TAGS.filter((tag) => tag !== '#'))).toEqual([]);
  expect(missing(ALLOWED_FILTERS)).toEqual([]);
  expect(missing(Object.keys(TEMPLATE_VARIABLES))).toEqual([]);
  expect(missing(TEMPLATE_VARIABLES.lead)).toEqual([]);
});

test('every signal that needs no listing', () => {
  expect(missing(BUILT_IN_SIGNALS)).toEqual([]);
});
