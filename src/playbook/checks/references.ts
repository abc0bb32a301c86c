/** Helpers of the cross-checks: things that must exist, and things that must be there once. */
import { aOrAn } from '../../core/words.ts';
import { didYouMean, oneOfNames } from '../nearest.ts';
import type { PlaybookProblem } from '../problems.ts';
import type { Raw } from '../raw.ts';

/** What a check found; warnings do not stop a playbook. */
export interface Report {
  readonly problems: PlaybookProblem[];
  readonly warnings: PlaybookProblem[];
}

/** The text there must be one of these names. Says nothing when it is no text or the names are not known. */
export function mustExist(what: string, raw: Raw, names: ReadonlySet<string> | undefined, report: Report): void {
  const name = raw.text;
  if (name === undefined || !names || names.has(name)) return;
  report.problems.push(
    raw.problem(
      `unknown ${what} '${name}'${didYouMean(name, names)}`,
      oneOfNames(names, `${aOrAn(what)}; there is none yet`),
    ),
  );
}

/** Each of these texts once; the second and later ones are reported. */
export function mustBeUnique(what: string, raws: readonly Raw[], report: Report): void {
  const seen = new Set<string>();
  for (const raw of raws) {
    if (raw.text === undefined) continue;
    if (seen.has(raw.text))
      report.problems.push(raw.problem(`the ${what} '${raw.text}' is there twice`, `each ${what} once`));
    seen.add(raw.text);
  }
}

/** A daily span needs its end after its start; it never runs over midnight. */
export function mustBeSpan(window: Raw, defaults: { from: string; to: string }, report: Report): void {
  const from = window.get('from').text ?? defaults.from;
  const to = window.get('to').text ?? defaults.to;
  if (!isTime(from) || !isTime(to) || from < to) return;
  const at = window.has('to') ? window.get('to') : window.get('from');
  report.problems.push(at.problem(`nothing fits between ${from} and ${to}`, `an end after ${from} on the same day`));
}

export const isTime = (text: string): boolean => /^\d\d:\d\d$/.test(text);
