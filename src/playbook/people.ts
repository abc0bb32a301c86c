/** The files about people beside a playbook, `behaviour.yaml` and `reps.yaml`: checked as the playbook is. */

import type { z } from 'zod';
import { type Behaviour, behaviourProblems, behaviourSchema } from '../core/behaviour.ts';
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { aOrAn } from '../core/words.ts';
import { normalise } from './files.ts';
import { checkShape } from './issues.ts';
import { didYouMean, oneOfNames } from './nearest.ts';
import { type PlaybookProblem, sortProblems, wholeFile } from './problems.ts';
import { repsSchema } from './schemas/reps.ts';
import { readYaml, type Source } from './source.ts';
import { readText } from './text.ts';

export type People<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly errors: readonly PlaybookProblem[] };

/** How people behave; every name in it must be the playbook's. */
export function checkBehaviour(file: string, bytes: Uint8Array, playbook: Playbook): People<Behaviour> {
  return read(file, bytes, behaviourSchema, (behaviour, source) =>
    behaviourProblems(behaviour, playbook).map(({ path, what, name, isKey }) => {
      const known = Object.keys(
        { signal: playbook.signals, email: playbook.emails, handoff: playbook.handoffs, return: playbook.returns }[
          what
        ],
      );
      const message = `the playbook has no ${what} '${name}'${didYouMean(name, known)}`;
      return source.at(path, message, oneOfNames(known, `${aOrAn(what)}; there is none yet`), isKey ? 'key' : 'value');
    }),
  );
}

/** The reps of a file. */
export function checkReps(file: string, bytes: Uint8Array): People<Rep[]> {
  const found = read(file, bytes, repsSchema, () => []);
  if (!found.ok) return found;
  const data = Object.entries(found.data).map(([id, { workingHours, away, languages, maxChats, ...rep }]) => ({
    id,
    ...rep,
    ...(languages === undefined ? {} : { languages }),
    ...(maxChats === undefined ? {} : { maxChats }),
    ...(away === undefined
      ? {}
      : { away: away.map(({ cover, ...span }) => ({ ...span, ...(cover === undefined ? {} : { cover }) })) }),
    ...(workingHours === undefined ? {} : { workingHours: { ...workingHours, holidays: workingHours.holidays ?? [] } }),
  }));
  return { ok: true, data };
}

function read<T>(
  file: string,
  bytes: Uint8Array,
  schema: z.ZodType<T>,
  judge: (data: T, source: Source) => PlaybookProblem[],
): People<T> {
  const text = readText(bytes);
  if (typeof text !== 'string') return { ok: false, errors: [wholeFile(file, text.message, text.expected)] };
  const source = readYaml(file, normalise(text));
  if (source.broken) return { ok: false, errors: sortProblems(source.problems) };
  const { data, problems } = checkShape(schema, source, { problems: [], covers: () => false });
  const errors = [...source.problems, ...problems, ...(data === undefined ? [] : judge(data, source))];
  if (data === undefined || errors.length > 0) return { ok: false, errors: sortProblems(errors) };
  return { ok: true, data };
}
