import { readFile } from 'node:fs/promises';
import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { historyFromText, historyToText } from '../../src/temporal/history-file.ts';
import { replayHistories } from '../../src/worker/replay.ts';
import { collect } from '../support/collect.ts';
import { testBundle } from '../support/temporal.ts';

const { History } = proto.temporal.api.history.v1;
const printed = await readFile(new URL('fixtures/cli-1.9.1.json', import.meta.url), 'utf8');

describe('a history as the Temporal command line prints it', () => {
  it('keeps its instants and spans of time', () => {
    const [started] = historyFromText(printed, 'it').events ?? [];
    expect(Number(started?.eventTime?.seconds)).toBe(Date.parse('2026-11-24T00:52:44Z') / 1_000);
    expect(started?.eventTime?.nanos).toBe(215_078_480);
    expect(Number(started?.workflowExecutionStartedEventAttributes?.workflowTaskTimeout?.seconds)).toBe(10);
  });

  it('replays', async () => {
    const history = historyFromText(printed, 'it');
    const [answer] = await collect(replayHistories(await testBundle(), [{ workflowId: 'lead-1', history }]));
    expect([answer?.type, answer?.problem]).toEqual(['lead', undefined]);
  });
});

it('a history reads back as it was written', () => {
  const history = historyFromText(printed, 'it');
  const again = historyFromText(historyToText(history), 'it');
  expect(History.encode(again).finish()).toEqual(History.encode(history).finish());
});

it.each(['', 'none', '{}', '{"events":[]}', '{"events":[{}]}', '[1]'])('%j is no history, and that is said', (text) => {
  expect(() => historyFromText(text, 'a.json')).toThrow(/a\.json is not the history/);
});
