/** The facts of a decision as they are recorded: what comes back must be what the core would have been given. */
import { z } from 'zod';
import type { Facts } from '../facts.ts';
import { standingSchema } from '../standing.ts';

const instant = z.number();
const purpose = z.enum(['marketing', 'sales', 'service']);
const who = z.enum(['marketing', 'sales', 'nobody']);
const counts = z.record(z.string(), z.record(z.string(), z.number()));
const days = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

/** A lead's own fields, as every answer and every recording has them. */
export const leadFields = z.object({
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  company: z.string(),
  domain: z.string(),
  role: z.string(),
  title: z.string(),
  country: z.string(),
  timeZone: z.string(),
  locale: z.string(),
  phone: z.string(),
  source: z.string(),
  campaign: z.string(),
  freemail: z.boolean(),
  attributes: z.record(z.string(), z.string()),
});

const consent = z.object({
  purpose,
  basis: z.string(),
  at: instant,
  expires: instant.exactOptional(),
  withdrawn: instant.exactOptional(),
  lapsed: z.literal(true).exactOptional(),
});

const suppression = z.object({
  purpose: purpose.exactOptional(),
  until: instant.exactOptional(),
  reason: z.string(),
  at: instant,
});

const rep = z.object({
  id: z.string(),
  name: z.string(),
  timeZone: z.string(),
  workingHours: z
    .object({
      days: z.array(days),
      from: z.string(),
      to: z.string(),
      holidays: z.array(z.string()),
    })
    .exactOptional(),
  active: z.boolean(),
  away: z.array(z.object({ from: z.string(), to: z.string(), cover: z.string().optional() })).exactOptional(),
  languages: z.array(z.string()).exactOptional(),
  maxChats: z.number().exactOptional(),
});

const colleague = z.object({
  id: z.string(),
  fields: leadFields,
  custody: who,
  rep: z.string().exactOptional(),
  standing: standingSchema.exactOptional(),
});

const taken = z.object({ all: z.number(), receiver: z.number() });

/** A field of `Facts` that is not here does not come back from a recording: `complete` below does not compile then. */
export const factsSchema = z.object({
  leadId: z.string(),
  key: z.string(),
  createdAt: instant,
  lead: leadFields,
  consents: z.array(consent),
  suppressions: z.array(suppression),
  doNot: z.array(suppression.extend({ channel: z.enum(['phone', 'chat']) })).exactOptional(),
  choices: z
    .object({
      declined: z.array(z.object({ topic: z.string(), at: instant })),
      pause: z.object({ until: instant, at: instant }).exactOptional(),
    })
    .exactOptional(),
  pauses: z.array(z.string()),
  custodian: rep.exactOptional(),
  routing: z
    .object({
      reps: z.record(z.string(), rep),
      given: counts,
      turns: counts,
      open: z.record(z.string(), z.number()),
      sameAccount: z.array(z.string()).exactOptional(),
    })
    .exactOptional(),
  account: z
    .object({
      id: z.string(),
      name: z.string(),
      colleagues: z.array(colleague),
      openDeals: z.array(z.string()),
    })
    .nullable()
    .exactOptional(),
  turn: z
    .object({
      touches: z.object({ email: z.array(instant), task: z.array(instant) }),
      asked: z.array(z.object({ role: z.string(), open: z.boolean(), at: instant })),
    })
    .exactOptional(),
  places: z.record(z.string(), z.record(z.string(), taken)).exactOptional(),
});

type Read = z.infer<typeof factsSchema>;
/** Fields of `T` that `U` lacks, at any depth that matters here. */
type Lacks<T, U> = Exclude<keyof T, keyof U>;
type Of<T, K extends keyof T> = NonNullable<T[K]>;

/** Compiles only while the schema has every field there is. */
export const complete: [
  Lacks<Facts, Read>,
  Lacks<Facts['lead'], Read['lead']>,
  Lacks<Facts['consents'][number], Read['consents'][number]>,
  Lacks<Facts['suppressions'][number], Read['suppressions'][number]>,
  Lacks<Of<Facts, 'choices'>, Of<Read, 'choices'>>,
  Lacks<Of<Facts, 'custodian'>, Of<Read, 'custodian'>>,
  Lacks<Of<Facts, 'routing'>, Of<Read, 'routing'>>,
  Lacks<Of<Facts, 'account'>, Of<Read, 'account'>>,
  Lacks<Of<Facts, 'account'>['colleagues'][number], Of<Read, 'account'>['colleagues'][number]>,
  Lacks<Of<Facts, 'turn'>, Of<Read, 'turn'>>,
] extends never[]
  ? true
  : false = true;
