/** `volley replay`: the gate for code. Loaded only when asked for, since the engine takes a second. */
import { print, printJson } from '../terminal.ts';
import { type HistoriesReport, replayFolder, replayServer } from './histories.ts';
import { showHistories } from './show.ts';

export interface ReplayOptions {
  readonly histories?: string;
  readonly fromServer?: true;
  readonly most?: number;
  readonly json?: true;
}

export async function replay(options: ReplayOptions): Promise<void> {
  const histories: HistoriesReport[] = [];
  if (options.histories !== undefined) histories.push(await replayFolder(options.histories));
  if (options.fromServer) histories.push(await replayServer(options.most));
  const ok = histories.every(({ failed }) => failed.length === 0);
  if (options.json) printJson({ ok, histories });
  else print(histories.map(showHistories).join('\n\n'));
  if (!ok) process.exitCode = 1;
}
