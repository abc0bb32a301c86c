import { describe, expect, it } from 'vitest';
import { isScalar, parseDocument } from 'yaml';
import { offsetInScalar } from '../../src/playbook/scalar.ts';

/** Where the text's `@` is in the YAML, by the way back from the parsed text. */
function found(yaml: string): string {
  const node = parseDocument(yaml).get('key', true);
  if (!isScalar(node) || typeof node.value !== 'string') throw new Error('no text');
  return yaml.slice(offsetInScalar(yaml, node, node.value.indexOf('@'))).slice(0, 3);
}

describe('a place in a text is found in its YAML', () => {
  it.each([
    ['plain', 'key: some @1 text\n'],
    ['double-quoted', 'key: "some @1 text"\n'],
    ['double-quoted with escapes', 'key: "a \\"b\\" \\x41 \\u00e9 \\t @1"\n'],
    ['double-quoted over lines', 'key: "a\n  b\n\n  c\n\n\n  d @1"\n'],
    ['double-quoted with a continued line', 'key: "a \\\n  b @1"\n'],
    ['single-quoted with quotes', "key: 'it''s ''x'' @1'\n"],
    ['single-quoted over lines', "key: 'a\n  b @1'\n"],
    ['plain over lines', 'key: a\n  b\n  c @1\n'],
    ['a literal block', 'key: |\n  a\n    b\n\n  c @1\nnext: x\n'],
    ['a folded block', 'key: >-\n  a\n  b\n\n  c @1\nnext: x\n'],
    ['at the start', 'key: "@1"\n'],
  ])('%s', (_name, yaml) => {
    expect(found(yaml).slice(0, 2)).toBe('@1');
  });
});
