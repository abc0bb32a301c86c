/** From zod's issues to problems at their place in the file, in words that name what was expected. */
import type { z } from 'zod';
import type { Later } from './later.ts';
import { didYouMean } from './nearest.ts';
import type { PlaybookProblem } from './problems.ts';
import { isRecord } from './raw.ts';
import { STEP_EXPECTED, STEP_KINDS } from './schemas/cadence.ts';
import { KNOWN_KEYS } from './schemas/scalars.ts';
import type { Path, Source } from './source.ts';

type Issue = z.core.$ZodIssue;

/** Checks the shape of one file. Everything under what is not in this version is left alone. */
export function checkShape<T>(
  schema: z.ZodType<T>,
  source: Source,
  later: Later,
): { data: T | undefined; problems: PlaybookProblem[] } {
  const result = schema.safeParse(source.value);
  if (result.success) return { data: result.data, problems: [] };
  const problems: PlaybookProblem[] = [];
  for (const issue of result.error.issues) collect(issue, [], source, later, problems);
  return { data: undefined, problems };
}

function collect(issue: Issue, base: Path, source: Source, later: Later, problems: PlaybookProblem[]): void {
  const path: Path = [...base, ...issue.path.filter((segment) => typeof segment !== 'symbol')];
  if (later.covers(path)) return;
  const value = valueAt(source.value, path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message.startsWith(KNOWN_KEYS) ? issue.message.slice(KNOWN_KEYS.length).split(', ') : [];
      for (const key of issue.keys) {
        if (later.covers([...path, key])) continue;
        problems.push(unknownKey(source, [...path, key], key, known));
      }
      return;
    }
    case 'invalid_union':
      collectUnion(issue, path, value, source, later, problems);
      return;
    case 'invalid_key': {
      const expected = issue.issues[0]?.message ?? issue.message;
      problems.push(source.at(path, `'${String(path.at(-1))}' is not a name that can be used here`, expected, 'key'));
      return;
    }
    case 'invalid_value': {
      const meant = typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : '';
      problems.push(wrong(source, path, value, issue.message, meant));
      return;
    }
    default:
      problems.push(wrong(source, path, value, issue.message));
  }
}

function collectUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  value: unknown,
  source: Source,
  later: Later,
  problems: PlaybookProblem[],
): void {
  const options = issue.errors;
  let chosen: readonly Issue[] | undefined;
  if (issue.message === STEP_EXPECTED && isRecord(value)) {
    const kinds = STEP_KINDS.filter((kind) => Object.hasOwn(value, kind));
    const [kind] = kinds;
    if (kind === undefined) {
      problems.push(noStep(source, path, value));
      return;
    }
    chosen = options[STEP_KINDS.indexOf(kind)];
    if (kinds.length > 1) {
      problems.push(
        source.at(path, `a step does one thing, this has ${kinds.join(' and ')}`, 'a step of its own for each'),
      );
      chosen = chosen?.filter(({ code }) => code !== 'unrecognized_keys');
    }
  } else {
    // The option meant is the one of the value's own kind: a map for a map, text for text.
    const fitting = options.filter(
      (issues) => !issues.some((inner) => inner.path.length === 0 && inner.code === 'invalid_type'),
    );
    const maps = isRecord(value) ? fitting.filter((issues) => !issues.some(missesDiscriminator(value))) : fitting;
    chosen = maps.length === 1 ? maps[0] : undefined;
  }
  if (!chosen || (chosen.length > 0 && !isRecord(value))) problems.push(wrong(source, path, value, issue.message));
  else for (const inner of chosen) collect(inner, path, source, later, problems);
}

/** An option whose first key the map lacks is not the one that was meant. */
const missesDiscriminator = (value: Record<string, unknown>) => (issue: Issue) => {
  const [first] = issue.path;
  return (
    issue.code !== 'unrecognized_keys' &&
    issue.path.length === 1 &&
    typeof first === 'string' &&
    !Object.hasOwn(value, first)
  );
};

function noStep(source: Source, path: Path, value: Record<string, unknown>): PlaybookProblem {
  for (const key of Object.keys(value)) {
    if (key !== 'id' && didYouMean(key, STEP_KINDS) !== '') return unknownKey(source, [...path, key], key, STEP_KINDS);
  }
  const name = typeof value['id'] === 'string' ? `the step '${value['id']}'` : 'this step';
  return source.at(path, `${name} does nothing`, STEP_EXPECTED);
}

function unknownKey(source: Source, path: Path, key: string, known: readonly string[]): PlaybookProblem {
  const expected = known.length > 0 ? `one of ${known.join(', ')}` : 'no such key';
  return source.at(path, `unknown key '${key}'${didYouMean(key, known)}`, expected, 'key');
}

function wrong(source: Source, path: Path, value: unknown, expected: string, meant = ''): PlaybookProblem {
  const name = path.at(-1);
  if (value === undefined) {
    return source.at(path, typeof name === 'string' ? `'${name}' is missing` : 'this is missing', expected);
  }
  const label = typeof name === 'string' ? `'${name}'` : 'this entry';
  return source.at(path, `${label} is wrong: ${show(value)}${meant}`, expected);
}

function show(value: unknown): string {
  if (value === null) return 'there is nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  const text = String(value);
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return typeof value === 'string' ? JSON.stringify(short) : short;
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const segment of path) {
    if (Array.isArray(at) && typeof segment === 'number') at = at[segment];
    else if (isRecord(at) && Object.hasOwn(at, String(segment))) at = at[String(segment)];
    else return undefined;
  }
  return at;
}
