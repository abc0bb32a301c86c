/** Reads the YAML files about people: example behaviour, and reps with their hours. */
import { readFile } from 'node:fs/promises';
import type { Behaviour } from '../core/behaviour.ts';
import { VolleyError } from '../core/errors.ts';
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { checkBehaviour, checkReps, formatProblem, type People, type PlaybookProblem } from '../playbook/index.ts';
import { requireFile } from './use.ts';

/** What is wrong with a file that is no part of the playbook; wrong use, as a wrong option is. */
export class FileMistakes extends VolleyError {
  override readonly name: string = 'FileMistakes';
  readonly errors: readonly PlaybookProblem[];

  constructor(file: string, errors: readonly PlaybookProblem[]) {
    super('wrong-use', [`${file} has mistakes:`, ...errors.map((error) => `  ${formatProblem(error)}`)].join('\n'));
    this.errors = errors;
  }
}

/** How the example people behave. @throws FileMistakes naming every mistake */
export async function readBehaviour(file: string, playbook: Playbook): Promise<Behaviour> {
  return sound(file, checkBehaviour(file, await bytesOf(file), playbook));
}

/** The reps of a file; none without one. @throws FileMistakes naming every mistake */
export async function readReps(file: string | undefined): Promise<Rep[]> {
  return file === undefined ? [] : sound(file, checkReps(file, await bytesOf(file)));
}

async function bytesOf(file: string): Promise<Uint8Array> {
  await requireFile(file);
  return readFile(file);
}

function sound<T>(file: string, found: People<T>): T {
  if (found.ok) return found.data;
  throw new FileMistakes(file, found.errors);
}
