/** Leads of the running system with all that happened to them, for `volley simulate --store`. */
import { z } from 'zod';
import { readConfig } from '../../config.ts';
import { VolleyError } from '../../core/errors.ts';
import type { Rep } from '../../core/facts.ts';
import { type RecordedLead, recordedLeadSchema } from '../../core/simulated-history.ts';
import { type ApiClient, connect } from '../client.ts';
import { note } from '../terminal.ts';

/** What a running system may tell: the parts that matter are read by this build's own schemas. */
const leadsPage = z.looseObject({
  items: z.array(z.looseObject({ history: z.unknown() })),
  next: z.string().nullable(),
});
const repOut = z.looseObject({
  id: z.string(),
  name: z.string(),
  timeZone: z.string(),
  workingHours: z
    .looseObject({
      days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])),
      from: z.string(),
      to: z.string(),
      holidays: z.array(z.string()).default([]),
    })
    .nullable(),
  away: z.array(z.object({ from: z.string(), to: z.string(), cover: z.string().exactOptional() })),
  languages: z.array(z.string()).nullable(),
  maxChats: z.number(),
  active: z.boolean(),
});
const repsPage = z.looseObject({ items: z.array(repOut), next: z.string().nullable() });

const PAGE = 100;
const SAY_EVERY = 5_000;

export interface FromServer {
  readonly leads: readonly RecordedLead[];
  readonly reps: readonly Rep[];
}

/** @throws VolleyError `not-a-history` when this build cannot read it, and as the API says no */
export async function leadsOfServer(): Promise<FromServer> {
  const api = await connect(readConfig());
  const leads: RecordedLead[] = [];
  await eachPage(api, '/v1/history?journal=true', leadsPage, ({ items }) => {
    for (const { history } of items) leads.push(historyFrom(history));
    if (leads.length % SAY_EVERY === 0) note(`${leads.length} leads read`);
  });
  const reps: Rep[] = [];
  await eachPage(api, '/v1/reps?', repsPage, ({ items }) => void reps.push(...items.map(toRep)));
  return { leads, reps };
}

async function eachPage<T extends { readonly next: string | null }>(
  api: ApiClient,
  path: string,
  schema: z.ZodType<T>,
  take: (page: T) => void,
): Promise<void> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: T = await api.ask(`${path}&limit=${PAGE}${after}`, schema);
    take(page);
    cursor = page.next;
  }
}

function historyFrom(value: unknown): RecordedLead {
  const parsed = recordedLeadSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new VolleyError('not-a-history', `the history of a lead cannot be read: ${issue?.path.join('.')}`, {
    fix: 'Use the version of Volley that runs: `GET /healthz` says which.',
    cause: parsed.error,
  });
}

const toRep = ({
  id,
  name,
  timeZone,
  workingHours,
  away,
  languages,
  maxChats,
  active,
}: z.infer<typeof repOut>): Rep => ({
  ...{ id, name, timeZone, away, maxChats, active },
  ...(workingHours === null ? {} : { workingHours }),
  ...(languages === null ? {} : { languages }),
});
