/** Recorded signals, as they are posted to `/v1/signals`, one a line: what leads really did. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { SignalAct } from '../../core/actors.ts';
import { emailIdentity } from '../../core/scrub.ts';
import type { LeadToSimulate } from '../../core/simulated-lead.ts';
import type { Instant } from '../../core/time.ts';
import { requireFile, wrongUse } from '../use.ts';

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'a date and time such as 2026-11-23T09:00:00Z' })
  .transform((text) => Date.parse(text));
const text = z.string().min(1);

const lineSchema = z.looseObject({
  lead: z.looseObject({ id: text.optional(), email: text.optional() }),
  type: text,
  at: instant,
  data: z
    .looseObject({
      at: instant.optional(),
      cadence: text.optional(),
      step: text.optional(),
      class: z.enum(['human', 'out-of-office', 'positive', 'not-now', 'auto']).optional(),
      until: instant.optional(),
    })
    .optional(),
});

export interface RecordedSignals {
  readonly leads: LeadToSimulate[];
  /** Signals that are played. */
  readonly taken: number;
  /** Left out: before the first day, after the last, or of people who are not among the leads. */
  readonly before: number;
  readonly after: number;
  readonly strangers: number;
}

/**
 * The leads with what they did between the two instants.
 * @throws VolleyError `wrong-use` naming the line that cannot be read
 */
export async function withSignals(
  file: string,
  leads: readonly LeadToSimulate[],
  { from, until }: { from: Instant; until: Instant },
): Promise<RecordedSignals> {
  await requireFile(file);
  const keys = new Map(
    leads.flatMap(({ key, lead }) => [[key, key] as const, [emailIdentity(lead.email), key] as const]),
  );
  const byKey = new Map<string, SignalAct[]>();
  const left = { taken: 0, before: 0, after: 0, strangers: 0 };
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line.trim() === '') continue;
    const { lead, act } = readLine(line, `${file}:${number}`);
    const key = keys.get(lead.email === undefined ? (lead.id ?? '') : emailIdentity(lead.email));
    if (key === undefined) left.strangers += 1;
    else if (act.at < from) left.before += 1;
    else if (act.at >= until) left.after += 1;
    else {
      left.taken += 1;
      const acts = byKey.get(key) ?? [];
      byKey.set(key, acts);
      acts.push(act);
    }
  }
  const inOrder = (key: string): SignalAct[] => (byKey.get(key) ?? []).sort((a, b) => a.at - b.at);
  return { leads: leads.map((lead) => ({ ...lead, signals: inOrder(lead.key) })), ...left };
}

function readLine(
  line: string,
  place: string,
): { lead: { id?: string | undefined; email?: string | undefined }; act: SignalAct } {
  const parsed = lineSchema.safeParse(json(line, place));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrongUse(`${place}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is no signal'}`, LINE);
  }
  const { lead, type, at, data = {} } = parsed.data;
  return {
    lead,
    act: {
      ...{ type, at },
      ...(data.cadence === undefined ? {} : { cadence: data.cadence }),
      ...(data.step === undefined ? {} : { step: data.step }),
      ...(data.class === undefined || data.class === 'human' ? {} : { reply: data.class }),
      ...(data.until === undefined ? {} : { until: data.until }),
      ...(data.at === undefined ? {} : { meetingAt: data.at }),
    },
  };
}

const LINE = 'A line is {"lead":{"email":"ada@acme.example"},"type":"page.pricing","at":"2026-11-23T09:00:00Z"}.';

function json(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw wrongUse(`${place} is no JSON`, LINE);
  }
}
