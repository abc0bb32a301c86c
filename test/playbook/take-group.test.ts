/** The change that takes the winner of an experiment: a diff for the file as its author wrote it. */
import { describe, expect, it } from 'vitest';
import { readPlaybookFolder } from '../../src/playbook/index.ts';
import { takeGroup } from '../../src/playbook/take-group.ts';

const { files } = await readPlaybookFolder('playbook');
const EXPERIMENT = 'step:evaluation-guide/try-two';
const linesOf = (sign: string, diff = ''): string[] =>
  diff
    .split('\n')
    .filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3)))
    .map((line) => line.slice(1));

describe('the change', () => {
  it('puts the winner’s steps in the place of the split, as they were written', () => {
    const change = takeGroup(files, EXPERIMENT, 'numbers');
    expect(change?.file).toBe('cadences/evaluation-guide.yaml');
    expect(linesOf('+', change?.diff)).toEqual(['  - { id: sums, email: roi, topic: roi }']);
    const gone = linesOf('-', change?.diff);
    expect(gone[0]).toBe('  - id: try-two');
    const text = files['cadences/evaluation-guide.yaml'] ?? '';
    expect(text).toContain(`${gone.join('\n')}\n`);
  });

  it('is a diff whose numbers are right', () => {
    const { diff = '' } = takeGroup(files, EXPERIMENT, 'story') ?? {};
    const [, from, old, to, now] = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/m.exec(diff) ?? [];
    const body = diff.split('\n').slice(3, -1);
    expect(from).toBe(to);
    expect(body.filter((line) => !line.startsWith('+'))).toHaveLength(Number(old));
    expect(body.filter((line) => !line.startsWith('-'))).toHaveLength(Number(now));
    const before = (files['cadences/evaluation-guide.yaml'] ?? '').split('\n');
    const start = Number(from) - 1;
    const context = body.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
    expect(before.slice(start, start + context.length)).toEqual(context);
  });

  it('takes the split out when those without an arm did best', () => {
    const change = takeGroup(files, EXPERIMENT, 'holdout');
    expect(linesOf('+', change?.diff)).toEqual([]);
    expect(linesOf('-', change?.diff)[0]).toBe('  - id: try-two');
  });

  it('keeps blocks of steps whole, at their new place', () => {
    const file = 'cadences/evaluation-guide.yaml';
    const text = files[file] ?? '';
    const start = text.indexOf('  - id: try-two');
    const end = text.indexOf('  - { id: think');
    const block = [
      '  - id: try-two',
      '    split:',
      '      arms:',
      '        calm:',
      '          weight: 1',
      '          steps:',
      '            # Told in two mails.',
      '            - id: look-at-it',
      '              waitFor: "seen(\'page.pricing\')"',
      '              upTo: P2D',
      '              then:',
      '                - { id: case, email: case-study }',
      '            - { id: sums, email: roi }',
      '        plain: { weight: 1, steps: [] }',
      '',
    ].join('\n');
    const change = takeGroup({ ...files, [file]: text.slice(0, start) + block + text.slice(end) }, EXPERIMENT, 'calm');
    expect(linesOf('+', change?.diff)).toEqual([
      '  - id: look-at-it',
      '    waitFor: "seen(\'page.pricing\')"',
      '    upTo: P2D',
      '    then:',
      '      - { id: case, email: case-study }',
      '  - { id: sums, email: roi }',
    ]);
  });

  it('is none for what the playbook does not have', () => {
    expect(takeGroup(files, 'step:evaluation-guide/no-such', 'story')).toBeUndefined();
    expect(takeGroup(files, EXPERIMENT, 'no-such')).toBeUndefined();
    expect(takeGroup(files, 'programme', 'reached')).toBeUndefined();
  });
});
