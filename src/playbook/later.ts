/**
 * What the playbook's language knows but this version does not do: refused as such, at its place, and
 * nothing under it is judged. An entry leaves this table when the version does what it says.
 */
import type { PlaybookProblem } from './problems.ts';
import { isRecord, Raw } from './raw.ts';
import type { Path, Source } from './source.ts';

export type FileKind = 'playbook' | 'cadence' | 'email';

export interface Later {
  readonly problems: PlaybookProblem[];
  /** Whether this path is, or lies under, something that is not in this version. */
  readonly covers: (path: Path) => boolean;
}

/** Finds everything in this file that is not in this version. */
export function findLater(kind: FileKind, source: Source): Later {
  const found: Raw[] = [];
  const problems: PlaybookProblem[] = [];
  const refuse = (raw: Raw, what: string, expected: string) => {
    found.push(raw);
    problems.push(raw.problem(`${what} is not in this version`, expected, 'value'));
  };
  const value = (raw: Raw, names: readonly string[], expected: string) => {
    if (raw.text !== undefined && names.includes(raw.text)) refuse(raw, `'${raw.text}'`, expected);
  };

  const root = Raw.of(source);
  if (kind === 'cadence') {
    value(root.get('onChange'), ['move', 'drain'], '"pin"');
  }

  const paths = found.map((raw) => raw.path);
  return {
    problems,
    covers: (path) => paths.some((later) => later.every((segment, index) => segment === path[index])),
  };
}

/** Every step of a block and of the blocks in it, in the order of the file. */
export function eachStep(block: Raw, visit: (step: Raw) => void): void {
  for (const step of block.items()) {
    if (!isRecord(step.value)) continue;
    visit(step);
    for (const inner of blocksOf(step)) eachStep(inner, visit);
  }
}

/** The blocks directly in a step. */
export function blocksOf(step: Raw): Raw[] {
  return [
    step.get('then'),
    step.get('else'),
    ...step
      .get('branch')
      .items()
      .map((arm) => arm.get('steps')),
    ...step
      .get('split')
      .get('arms')
      .entries()
      .map(([, arm]) => arm.get('steps')),
    ...step
      .get('outcomes')
      .entries()
      .map(([, block]) => block),
  ];
}
