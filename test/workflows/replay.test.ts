import { readdir, readFile } from 'node:fs/promises';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, it } from 'vitest';
import { historyFromText } from '../support/histories.ts';
import { testBundle } from '../support/temporal.ts';

const folder = new URL('histories/', import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
const replay = async (text: string): Promise<void> => {
  const { code } = await testBundle();
  await Worker.runReplayHistory({ workflowBundle: { code } }, historyFromText(text));
};

describe('the loop as it is now', () => {
  it('has recorded histories to replay', () => {
    expect(files.length).toBeGreaterThanOrEqual(5);
  });

  it.each(files)('replays %s', async (file) => {
    await replay(await readFile(new URL(file, folder), 'utf8'));
  });

  it('would fail on a history of another loop', async () => {
    const text = await readFile(new URL(files.find((name) => name.endsWith('cadence.json')) ?? '', folder), 'utf8');
    await expect(replay(text.replaceAll('"advance"', '"retreat"'))).rejects.toThrow(DeterminismViolationError);
  });
});
