/** `npm run demo -- --record FOLDER`: wakes of the demo as recordings, one for each thing that can happen. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request } from '../core/decide.ts';
import type { Decided } from '../core/decision.ts';
import { playbooksOf, type Recording, recordingOf } from '../core/replay/recording.ts';
import type { PlaybookFiles } from '../playbook/files.ts';
import { VERSION } from '../version.ts';

export interface Collector {
  readonly record: (tx: unknown, request: Request, decided: Decided) => Promise<void>;
  readonly recordings: () => readonly Recording[];
}

/** Keeps a wake when something happens in it that has happened in none before. */
export function collectWakes(): Collector {
  const seen = new Set<string>();
  const kept = new Map<string, Recording>();
  return {
    async record(_, request, decided) {
      const fresh = featuresOf(request, decided).filter((feature) => !seen.has(feature));
      if (fresh.length === 0) return;
      for (const feature of fresh) seen.add(feature);
      const recording = recordingOf(request, decided, VERSION);
      kept.set(recording.id, recording);
    },
    recordings: () => [...kept.values()].sort((a, b) => a.now - b.now || (a.id < b.id ? -1 : 1)),
  };
}

function featuresOf(request: Request, { effects, applied, touch, wake, held, state }: Decided): string[] {
  const used = request.inputs.filter(({ id }) => applied.includes(id));
  return [
    ...effects.map((effect) =>
      effect.kind === 'journal' ? `${effect.entry.type} ${effect.entry.reason ?? ''}` : effect.kind,
    ),
    ...used.map(({ body }) => `input ${body.kind} ${'answer' in body ? body.answer : ''}`),
    ...(touch === undefined ? [] : [`touch ${touch.purpose} ${touch.language ?? ''}`]),
    `wake ${wake?.queue ?? 'none'} ${/: (\S+),/.exec(wake?.summary ?? '')?.[1] ?? ''}`,
    `held ${held !== undefined}`,
    ...Object.keys(state).map((key) => `state ${key}`),
    `custody ${state.custody.who} ${Object.keys(state.custody).sort().join(' ')}`,
  ];
}

/** Writes `wakes.ndjson` and each playbook version they need. */
export async function writeRecordings(
  folder: string,
  recordings: readonly Recording[],
  filesOf: (hash: string) => Promise<PlaybookFiles>,
): Promise<void> {
  await mkdir(join(folder, 'playbooks'), { recursive: true });
  await writeFile(join(folder, 'wakes.ndjson'), recordings.map((one) => `${JSON.stringify(one)}\n`).join(''));
  for (const hash of new Set(recordings.flatMap(playbooksOf))) {
    const files = await filesOf(hash);
    await writeFile(join(folder, 'playbooks', `${hash}.json`), `${JSON.stringify(files, null, 1)}\n`);
  }
}
