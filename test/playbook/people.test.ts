/** behaviour.yaml and reps.yaml: their mistakes have a place and words, as the playbook's have. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkBehaviour, checkReps, formatProblem, type People } from '../../src/playbook/index.ts';
import { compiled, MINIMAL } from './support.ts';

const playbook = compiled({ ...MINIMAL });

function said(found: People<unknown>): string[] {
  return found.ok ? [] : found.errors.map(formatProblem);
}

const behaviour = (text: string): string[] => said(checkBehaviour('b.yaml', Buffer.from(text), playbook));
const reps = (text: string): string[] => said(checkReps('r.yaml', Buffer.from(text)));

const REPS = 'reps: { offered: {}, accepted: [{ weight: 1, do: nothing }], tasks: [{ weight: 1, do: nothing }] }\n';

describe('behaviour.yaml', () => {
  it('says what is wrong, where, and what was expected', () => {
    const text = `leads:
  personas:
    - { id: a, weight: heavy, tuched: [] }
    - id: b
      weight: 1
      touched:
        - { chance: 2, signal: email.clicked, after: { from: soon, to: P1D } }
${REPS}`;
    expect(behaviour(text)).toEqual([
      'b.yaml:3:24 \'weight\' is wrong: "heavy" (expected a weight of 0 or more, beside the others of its list)',
      "b.yaml:3:31 unknown key 'tuched', did you mean 'touched'? (expected one of id, weight, touched, unprompted, deals)",
      "b.yaml:7:21 'chance' is wrong: 2 (expected a chance from 0 to 1, such as 0.25)",
      'b.yaml:7:62 \'from\' is wrong: "soon" (expected an ISO 8601 duration, such as "PT4H" or "P3D")',
    ]);
  });

  it('knows the names of the playbook', () => {
    const text = `leads:
  personas: [{ id: a, weight: 1, touched: [{ chance: 1, signal: email.clickt, after: { from: PT1H, to: P1D } }] }]
${REPS.replace('offered: {}', 'offered: { hot: [{ weight: 1, do: nothing }] }')}`;
    const lines = behaviour(text);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^b\.yaml:2:65 the playbook has no signal 'email\.clickt', did you mean 'email\.clicked'\?/,
    );
    expect(lines[1]).toMatch(/^b\.yaml:3:20 the playbook has no handoff 'hot'/);
  });

  it('names what a choice may do', () => {
    const text = `leads: { personas: [{ id: a, weight: 1 }] }\n${REPS.replace('do: nothing', 'do: dance')}`;
    expect(behaviour(text)).toEqual([
      expect.stringContaining('(expected a choice with a weight and do: deal, recycle, signals or nothing)'),
    ]);
  });

  it.each([
    ['', 'b.yaml:1:1 this is missing'],
    ['leads: [', 'b.yaml:1:'],
  ])('is refused, not crashed on: %j', (text, start) => {
    expect(behaviour(text)[0]).toContain(start.slice(0, 8));
  });

  it('is UTF-8', () => {
    expect(said(checkBehaviour('b.yaml', Buffer.from('leads', 'utf16le'), playbook))).toEqual([
      'b.yaml:1:1 the file is UTF-16, not UTF-8 (expected text, saved as UTF-8)',
    ]);
  });
});

describe('reps.yaml', () => {
  it('says what is wrong, where, and what was expected', () => {
    const text = `Lena@example.com: { name: Lena, timeZone: Europe/Berlin }
tom@example.com: { name: Tom, timezone: Europe/London, active: perhaps }
`;
    const lines = reps(text);
    expect(lines.map((line) => line.split(' (')[0])).toEqual([
      "r.yaml:1:1 'Lena@example.com' is not a name that can be used here",
      "r.yaml:2:1 'timeZone' is missing",
      "r.yaml:2:31 unknown key 'timezone', did you mean 'timeZone'?",
      'r.yaml:2:64 \'active\' is wrong: "perhaps"',
    ]);
  });

  it('is fine in the example', async () => {
    expect(said(checkReps('reps.yaml', await readFile('playbook/reps.yaml')))).toEqual([]);
  });
});
