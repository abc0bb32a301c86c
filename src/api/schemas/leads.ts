/** A lead as the API shows it. */

import { z } from '@hono/zod-openapi';
import { accountIdOf } from '../../core/account.ts';
import { leadFields } from '../../core/replay/facts-schema.ts';
import { consentInputSchema, leadInputSchema } from '../../core/scrub.ts';
import { ALIAS_WHYS } from '../../store/lead-aliases.ts';
import type { LeadRecord } from '../../store/leads.ts';
import { instantOut, isoOrNull, pageOf, text } from './common.ts';
import { consentOut } from './consents.ts';
import { twinOut, whySame } from './duplicates.ts';
import { enrollmentOut } from './enrollments.ts';
import { taskOut } from './tasks.ts';

export const custodyHolder = z.enum(['marketing', 'sales', 'nobody']);

export const leadIn = z
  .strictObject({ ...leadInputSchema.shape, consent: z.array(consentInputSchema).max(20).optional() })
  .openapi('LeadInput', {
    example: {
      email: 'ada@acme.example',
      firstName: 'Ada',
      company: 'Acme',
      country: 'GB',
      consent: [{ purpose: 'marketing', basis: 'opt-in', source: 'webinar', at: '2026-11-02' }],
    },
  });

const fields = leadFields.shape;

const summary = {
  id: z.uuid(),
  externalId: z.string().nullable(),
  account: z.object({ id: z.uuid() }).nullable().openapi({ description: 'By the domain; null for free mail.' }),
  ...fields,
  stage: z.string().nullable().openapi({ description: 'Null until a playbook decided about the lead.' }),
  custody: z.object({
    who: custodyHolder.openapi({ description: 'Who has the next move.' }),
    rep: z.string().nullable(),
  }),
  dueAt: instantOut.nullable().openapi({ description: 'When the lead moves next by itself.' }),
  held: z.string().nullable().openapi({ description: 'The pause that holds back a due touch: `*` or a cadence.' }),
  createdAt: instantOut,
  updatedAt: instantOut,
};

export const leadSummary = z.object(summary).openapi('LeadSummary');
export const leadPage = pageOf(leadSummary, 'LeadPage');

export const leadWritten = leadSummary
  .extend({
    outcome: z.enum(['created', 'updated', 'unchanged']),
    notes: z.array(z.string()).openapi({ description: 'What was left out or looks odd, in words.' }),
  })
  .openapi('LeadWritten');

const mayOut = z.object({
  may: z.boolean(),
  reason: z.string().nullable().openapi({
    description: '`suppressed, suppressed-until, no-consent, consent-expired` or `consent-withdrawn`.',
  }),
  from: instantOut.nullable().openapi({ description: 'When a suppression for a time ends.' }),
});

export const leadDetail = leadSummary
  .extend({
    custody: z.object({
      who: custodyHolder,
      since: instantOut,
      until: instantOut.nullable().openapi({ description: 'By when an offered handoff must be accepted.' }),
      rep: z.string().nullable(),
      pool: z.string().nullable(),
      handoff: z.string().nullable(),
      sla: z.string().nullable(),
      acceptedAt: instantOut.nullable(),
      firstTouch: z
        .object({ by: instantOut.nullable(), at: instantOut.nullable(), breached: z.boolean() })
        .nullable()
        .openapi({ description: 'The rep’s first completed task or activity since accepting, and its SLA.' }),
      attempts: z
        .number()
        .int()
        .openapi({ description: 'Tasks closed and activities logged since sales has the lead.' }),
    }),
    next: z
      .object({ at: instantOut.nullable(), code: z.string(), sentence: z.string() })
      .nullable()
      .openapi({ description: 'What the lead waits for: the next due time, or why there is none.' }),
    score: z
      .object({ fit: z.number(), engagement: z.number(), reasons: z.array(z.string()) })
      .nullable()
      .openapi({ description: 'Null without a playbook.' }),
    context: z
      .object({ device: z.string(), place: z.string(), channel: z.string(), bestHour: z.number().int() })
      .openapi({ description: 'How and when the lead comes, from what its signals told: "" and -1 while not known.' }),
    disqualified: z.object({ at: instantOut, reason: z.string() }).nullable(),
    meetingAt: instantOut.nullable(),
    enrollments: z.array(enrollmentOut).openapi({ description: 'Open and ended ones, oldest first.' }),
    tasks: z.array(taskOut).openapi({ description: 'Open and accepted ones.' }),
    aliases: z
      .array(
        z.object({
          id: z.uuid().optional(),
          email: z.string().optional(),
          externalId: z.string().optional(),
          why: z.enum(ALIAS_WHYS),
          at: instantOut,
          by: z.string(),
        }),
      )
      .openapi({ description: 'What the person went by before: leads merged into this one, addresses of jobs left.' }),
    possibleDuplicates: z
      .array(twinOut.extend({ because: whySame }))
      .openapi({ description: 'Leads that may be the same person, at most 20; see /v1/leads/duplicates.' }),
    consents: z.array(consentOut).openapi({ description: 'All there are and were, oldest first.' }),
    permissions: z.object({ marketing: mayOut, sales: mayOut, service: mayOut }).nullable().openapi({
      description: 'Whether mail of each purpose may go, by consent and suppressions; null without a playbook.',
    }),
    preferences: z.object({ declined: z.array(z.string()), pausedUntil: instantOut.nullable() }).openapi({
      description: 'What the lead chose at `/u/{token}`: topics it does not want, and a pause of marketing.',
    }),
    doNot: z
      .array(
        z.object({
          channel: z.enum(['phone', 'chat']),
          purpose: z.string().nullable(),
          until: instantOut.nullable(),
          reason: z.string(),
        }),
      )
      .openapi({ description: 'Suppressions of calls and chats; `suppressions` are those of mail.' }),
    suppressions: z.array(
      z.object({ purpose: z.string().nullable(), until: instantOut.nullable(), reason: z.string() }),
    ),
  })
  .openapi('Lead');

/** What of a stored lead both lists and single answers show. */
export function toSummary(lead: LeadRecord, firstStage: string | null): z.infer<typeof leadSummary> {
  const account = accountIdOf(lead.fields.domain);
  return {
    id: lead.id,
    externalId: lead.externalId,
    account: account === null ? null : { id: account },
    ...lead.fields,
    attributes: { ...lead.fields.attributes },
    stage: lead.stage ?? firstStage,
    custody: { who: lead.custody, rep: lead.custodian },
    dueAt: isoOrNull(lead.dueAt),
    held: lead.held,
    createdAt: new Date(lead.createdAt).toISOString(),
    updatedAt: new Date(lead.updatedAt).toISOString(),
  };
}

export const leadsQueryFields = {
  stage: text(200).optional(),
  custody: custodyHolder.optional(),
  cadence: text(200).optional().openapi({ description: 'Leads with an open enrollment in it.' }),
  q: text(200).optional().openapi({ description: 'Part of the address, the name or the company.' }),
};
