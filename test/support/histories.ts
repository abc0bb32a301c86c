/** Histories as text. The SDK's own converters fail here: they mix two versions of protobufjs. */
import proto, { type temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;
const { History } = proto.temporal.api.history.v1;

export const historyToText = (history: History): string =>
  `${JSON.stringify(History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String }), null, 1)}\n`;

export const historyFromText = (text: string): History => History.fromObject(JSON.parse(text));
