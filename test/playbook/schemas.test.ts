import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '../../src/playbook/index.ts';
import { isDuration } from '../../src/playbook/schemas/scalars.ts';

describe('JSON Schemas for editors', () => {
  it.each(Object.entries(jsonSchemas()))('schema/%s is what src/playbook/schemas/write.ts writes', (name, schema) => {
    const written: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema', name), 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

describe('durations', () => {
  it.each(['P3D', 'PT4H', 'P1DT10H', 'P2W', 'P1Y2M', 'PT90S', 'P0DT1M'])('%s is one', (text) => {
    expect(isDuration(text)).toBe(true);
  });

  it.each(['', 'P', 'PT', 'P3', '3D', 'P-3D', '-P3D', 'P0D', 'PT0S', 'P1.5D', 'P3H', 'p3d', 'P21Y', 'P99999D', 'P1DT'])(
    '%j is none',
    (text) => {
      expect(isDuration(text)).toBe(false);
    },
  );
});
