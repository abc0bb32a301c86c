/** What all have in common that apply an input. */
import { type Draft, journal } from './draft.ts';
import type { Input, InputBody } from './input.ts';
import type { Reason } from './reasons.ts';

/** An input of one kind. */
export type Body<K extends InputBody['kind']> = Extract<InputBody, { kind: K }>;

const byOf = (body: InputBody): string => ('by' in body ? body.by : 'lead');

/** What comes in and changes nothing is in the journal all the same, with the reason. */
export const ignore = (d: Draft, input: Input, reason: Reason, data: Readonly<Record<string, unknown>>): void =>
  journal(d, {
    type: 'input.ignored',
    reason,
    by: byOf(input.body),
    data: { input: input.id, kind: input.body.kind, ...data },
  });

/** What a rep says of a lead that is given back. */
export const wordsOf = (body: {
  facts?: Record<string, string> | undefined;
  note?: string | undefined;
  until?: number | undefined;
}) => ({
  ...(body.facts === undefined ? {} : { facts: body.facts }),
  ...(body.note === undefined ? {} : { note: body.note }),
  ...(body.until === undefined ? {} : { until: body.until }),
});
