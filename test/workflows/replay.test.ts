import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { historyFromText } from '../../src/temporal/history-file.ts';
import { type ReplayedHistory, replayHistories } from '../../src/worker/replay.ts';
import { collect } from '../support/collect.ts';
import { testBundle } from '../support/temporal.ts';

const folder = new URL('histories/', import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
const read = (file: string): Promise<string> => readFile(new URL(file, folder), 'utf8');

async function replay(texts: readonly string[]): Promise<ReplayedHistory[]> {
  const histories = texts.map((text, n) => ({ workflowId: `lead-${n}`, history: historyFromText(text, 'it') }));
  return collect(replayHistories(await testBundle(), histories));
}

describe('the loop as it is now', () => {
  it('has recorded histories to replay', () => {
    expect(files.length).toBeGreaterThanOrEqual(5);
  });

  it.each(files)('replays %s', async (file) => {
    const answers = await replay([await read(file)]);
    expect(answers.map(({ type, problem }) => [type, problem])).toEqual([['lead', undefined]]);
  });

  it('goes on with the others after a history of another loop, and says what it cannot go on with', async () => {
    const text = await read('0.1.0-cadence.json');
    const answers = await replay([text, text.replaceAll('"advance"', '"retreat"'), text]);
    expect(answers.map(({ workflowId }) => workflowId)).toEqual(['lead-0', 'lead-1', 'lead-2']);
    expect(answers.map(({ problem }) => problem)).toEqual([
      undefined,
      expect.stringContaining("'retreat' does not match activity type of activity command 'advance'"),
      undefined,
    ]);
  });
});
