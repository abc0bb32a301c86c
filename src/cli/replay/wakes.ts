/** Recorded wakes through the core of this build: which would be decided otherwise, and whether that is meant. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { VolleyError } from '../../core/errors.ts';
import type { Difference } from '../../core/replay/compare.ts';
import { createJudge, type Meant, meantSchema } from '../../core/replay/meant.ts';
import type { Recording } from '../../core/replay/recording.ts';
import { type Replayed, replayWake } from '../../core/replay/replay.ts';
import { type DifferenceWords, differenceWords } from '../../core/replay/words.ts';
import { type Instant, iso } from '../../core/time.ts';
import { systemErrorCode } from '../../system-error.ts';
import { wrongUse } from '../use.ts';
import type { Recordings } from './recordings.ts';

export interface WrongWake {
  readonly id: string;
  readonly lead: string;
  readonly at: string;
  /** Version that decided. */
  readonly volley: string;
  /** What it was woken for: inputs by their kind, else the clock. */
  readonly wake: string;
  readonly differences: readonly DifferenceWords[];
  /** Why nothing can be compared. */
  readonly problem?: string;
}

export interface WakesReport {
  readonly replayed: number;
  readonly same: number;
  /** Wakes that differ in what is meant alone. */
  readonly meant: number;
  readonly wrong: readonly WrongWake[];
  /** Differences said to be meant that are none. */
  readonly unused: readonly Meant[];
  readonly broken: Recordings['broken'];
}

export const isRight = ({ wrong, unused, broken }: WakesReport): boolean =>
  wrong.length + unused.length + broken.length === 0;

export function replayWakes({ recordings, versions, broken }: Recordings, meant: readonly Meant[]): WakesReport {
  const judge = createJudge(meant);
  const gone = new Set(broken.map(({ hash }) => hash));
  const wrong: WrongWake[] = [];
  let same = 0;
  let asMeant = 0;
  for (const recording of recordings) {
    const answer = replayWake(recording, versions);
    if (answer.kind === 'same') {
      same += 1;
      continue;
    }
    const zone = versions.get(recording.playbook)?.company.timeZone ?? 'UTC';
    const found = judge.unmeant(recording.id, partsOf(answer));
    if (answer.kind !== 'fails' && found.length === 0) {
      asMeant += 1;
      continue;
    }
    // Said once, for the version.
    if (answer.kind === 'fails' && gone.has(recording.playbook)) continue;
    wrong.push(wrongOf(recording, answer, found, zone));
  }
  return { replayed: recordings.length, same, meant: asMeant, wrong, unused: judge.unused(), broken };
}

/** What can be meant: that it looks at something more, too. */
function partsOf(answer: Replayed): readonly Difference[] {
  if (answer.kind === 'differs') return answer.differences;
  return answer.kind === 'unknown' ? [{ what: `needs:${answer.what}` }] : [];
}

function wrongOf(recording: Recording, answer: Replayed, found: readonly Difference[], zone: string): WrongWake {
  const { id, facts, now, volley } = recording;
  const problem =
    answer.kind === 'fails'
      ? `it fails: ${answer.why}`
      : answer.kind === 'unknown'
        ? `it would look at ${answer.what}, which that decision did not`
        : undefined;
  return {
    ...{ id, lead: facts.leadId, at: iso(now), volley, wake: wokenBy(recording, now) },
    differences: answer.kind === 'differs' ? found.map((one) => differenceWords(one, zone)) : [],
    ...(problem === undefined ? {} : { problem }),
  };
}

function wokenBy({ inputs, maySend }: Recording, now: Instant): string {
  const kinds = inputs.filter(({ at }) => at <= now).map(({ body }) => ('type' in body ? body.type : body.kind));
  if (kinds.length > 0) return [...new Set(kinds)].join(', ');
  return maySend ? 'the clock, to send' : 'the clock';
}

/** @throws VolleyError `wrong-use` when it is not there or says nothing that can be read */
export async function readMeant(file: string): Promise<readonly Meant[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === undefined) throw error;
    throw wrongUse(`there is no file ${file}`);
  });
  try {
    return meantSchema.parse(parse(text) ?? []);
  } catch (cause) {
    throw new VolleyError('wrong-use', `${file} does not say what is meant`, {
      fix: 'It is a list of { differs: [touch, wake, …], in: [ids], why: text }; `in` may be left out.',
      cause,
    });
  }
}
