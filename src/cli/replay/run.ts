/** `volley replay`: the gate for code. Loaded only when asked for, since the engine takes a second. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Meant } from '../../core/replay/meant.ts';
import { print, printJson } from '../terminal.ts';
import { type HistoriesReport, replayFolder, replayServer } from './histories.ts';
import { recordingsIn, recordingsOfServer } from './recordings.ts';
import { showHistories, showWakes } from './show.ts';
import { isRight, readMeant, replayWakes, type WakesReport } from './wakes.ts';

export interface ReplayOptions {
  readonly histories?: string;
  readonly wakes?: string;
  readonly fromServer?: true;
  readonly most?: number;
  readonly meant?: string;
  readonly json?: true;
}

export async function replay(options: ReplayOptions): Promise<void> {
  const meant = await meantBy(options);
  const wakes: WakesReport[] = [];
  const histories: HistoriesReport[] = [];
  if (options.wakes !== undefined) wakes.push(replayWakes(await recordingsIn(options.wakes), meant));
  if (options.fromServer) wakes.push(replayWakes(await recordingsOfServer(options.most), meant));
  if (options.histories !== undefined) histories.push(await replayFolder(options.histories));
  if (options.fromServer) histories.push(await replayServer(options.most));
  const ok = wakes.every(isRight) && histories.every(({ failed }) => failed.length === 0);
  if (options.json) printJson({ ok, histories, wakes });
  else print([...histories.map(showHistories), ...wakes.map(showWakes)].join('\n\n'));
  if (!ok) process.exitCode = 1;
}

/** What --meant names, else what lies beside the recordings. */
async function meantBy({ meant, wakes }: ReplayOptions): Promise<readonly Meant[]> {
  if (meant !== undefined) return readMeant(meant);
  if (wakes === undefined) return [];
  const beside = join(wakes, 'meant.yaml');
  const there = await access(beside).then(
    () => true,
    () => false,
  );
  return there ? readMeant(beside) : [];
}
