/**
 * Histories as text, to keep and to replay: as this file writes them, and as Temporal's command line and UI do
 * (`temporal workflow show --output json`). The SDK's own converters fail here: they mix two versions of protobufjs.
 */
import proto, { type temporal } from '@temporalio/proto';
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';

export type History = temporal.api.history.v1.IHistory;
const { History } = proto.temporal.api.history.v1;

export const historyToText = (history: History): string =>
  `${JSON.stringify(History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String }), null, 1)}\n`;

const historySchema = z.looseObject({ events: z.array(z.looseObject({ eventType: z.string() })).min(1) });

/** @throws VolleyError `not-a-history` */
export function historyFromText(text: string, where: string): History {
  try {
    return History.fromObject(historySchema.parse(withTimes(JSON.parse(text))));
  } catch (cause) {
    throw new VolleyError('not-a-history', `${where} is not the history of a workflow`, {
      fix: 'Take what `temporal workflow show --workflow-id ID --output json` prints.',
      cause,
    });
  }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:]+(?:\.(\d+))?Z$/;
const SPAN = /^(-?\d+)(?:\.(\d+))?s$/;
const SPAN_NAME = /(timeout|interval|backoff|delay|duration|ttl)$/i;
const nanosOf = (fraction = ''): number => Number(fraction.padEnd(9, '0').slice(0, 9));

/** Protobuf's JSON writes times as text (`2026-11-24T09:00:00.5Z`, `10s`); messages have seconds and nanoseconds. */
function withTimes(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => withTimes(one));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withTimes(one, key)]));
  }
  if (typeof value !== 'string') return value;
  const instant = name.endsWith('Time') ? INSTANT.exec(value) : null;
  if (instant) return { seconds: Math.floor(Date.parse(value) / 1_000), nanos: nanosOf(instant[1]) };
  const span = SPAN_NAME.test(name) ? SPAN.exec(value) : null;
  if (span) return { seconds: Number(span[1]), nanos: nanosOf(span[2]) };
  return value;
}
