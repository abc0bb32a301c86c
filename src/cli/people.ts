/** Reads the YAML files about people: example behaviour, and reps with their hours. */
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { type Behaviour, behaviourProblems, behaviourSchema } from '../core/behaviour.ts';
import type { VolleyError } from '../core/errors.ts';
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { zoneName } from '../core/zones.ts';
import { wrongUse } from './use.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day such as "09:30"');
const workingHours = z.strictObject({
  days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1),
  from: clockTime,
  to: clockTime,
  holidays: z.array(z.iso.date()).default([]),
});

/** A rep's id is the address that pools name. */
const repsSchema = z.record(
  z.email(),
  z.strictObject({
    name: z.string().min(1),
    timeZone: z.string().refine((zone) => zoneName(zone) !== undefined, 'must be an IANA time zone'),
    workingHours: workingHours.optional(),
    away: z.array(z.strictObject({ from: z.iso.date(), to: z.iso.date(), cover: z.email().optional() })).optional(),
    active: z.boolean().default(true),
  }),
);

/** How the example people behave. @throws VolleyError `wrong-use` naming every mistake */
export async function readBehaviour(file: string, playbook: Playbook): Promise<Behaviour> {
  const behaviour = await readYaml(file, behaviourSchema);
  const problems = behaviourProblems(behaviour, playbook);
  if (problems.length > 0) throw mistakes(file, problems);
  return behaviour;
}

/** The reps of a file; none without one. @throws VolleyError `wrong-use` naming every mistake */
export async function readReps(file: string | undefined): Promise<Rep[]> {
  if (file === undefined) return [];
  const reps = await readYaml(file, repsSchema);
  return Object.entries(reps).map(([id, { workingHours: hours, away, ...rep }]) => ({
    id,
    ...rep,
    ...(away === undefined ? {} : { away }),
    ...(hours === undefined ? {} : { workingHours: hours }),
  }));
}

async function readYaml<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw wrongUse(`there is no file ${file}`);
  });
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0)
    throw mistakes(
      file,
      document.errors.map((error) => error.message),
    );
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw mistakes(
    file,
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  );
}

const mistakes = (file: string, lines: readonly string[]): VolleyError =>
  wrongUse(`${file} has mistakes:\n${lines.map((line) => `  ${line}`).join('\n')}`);
