/** What a person who asks is given: everything held about them, in one document. */
import { z } from '@hono/zod-openapi';
import { chatOut } from './chats.ts';
import { instantOut } from './common.ts';
import { consentOut } from './consents.ts';
import { dealOut } from './deals.ts';
import { leadDetail } from './leads.ts';
import { taskOut } from './tasks.ts';

const anything = z.record(z.string(), z.unknown());
const textOrNull = z.string().nullable();

const messageOut = z.object({
  id: z.string(),
  cadence: z.string(),
  step: z.string(),
  email: z.string().openapi({ description: 'Name of the email in the playbook.' }),
  purpose: z.string(),
  topic: textOrNull,
  state: z.string().openapi({ description: '`claimed, sending, sent, skipped, failed` or `unconfirmed`.' }),
  at: instantOut.openapi({ description: 'When it was decided.' }),
  endedAt: instantOut.nullable(),
  to: textOrNull,
  subject: textOrNull,
  text: textOrNull.openapi({
    description:
      'What it said: made again from the version that was sent, with the fields as they are now, since messages are not stored. Null for what was not sent, and for versions that are gone.',
  }),
  reason: textOrNull,
  bounce: textOrNull,
  bouncedAt: instantOut.nullable(),
  complainedAt: instantOut.nullable(),
});

export const exportOut = z
  .object({
    exportedAt: instantOut,
    lead: leadDetail.omit({
      possibleDuplicates: true,
      aliases: true,
      consents: true,
      doNot: true,
      suppressions: true,
      tasks: true,
    }),
    names: z
      .array(
        z.object({
          name: z.string().openapi({ description: '`id:…`, `email:…` or `external:…`.' }),
          why: z
            .string()
            .openapi({ description: '`merged`, `moved` (of a job left) or `changed` (by another system).' }),
          at: instantOut,
          by: z.string(),
          before: anything.openapi({ description: 'What was known under that name.' }),
        }),
      )
      .openapi({ description: 'What the person went by before.' }),
    consents: z.array(consentOut),
    suppressions: z.array(
      z.object({
        about: z.string(),
        purpose: textOrNull,
        until: instantOut.nullable(),
        reason: z.string(),
        by: z.string(),
        at: instantOut,
      }),
    ),
    messages: z.array(messageOut).openapi({ description: 'Emails to the person, sent and not.' }),
    tasks: z
      .array(taskOut.extend({ context: taskOut.shape.context.omit({ account: true }) }))
      .openapi({ description: 'All there were; who else is at the company is left out.' }),
    handoffs: z.array(
      z.object({
        handoff: z.string(),
        pool: z.string(),
        rep: textOrNull,
        offeredAt: instantOut,
        acceptedAt: instantOut.nullable(),
        endedAt: instantOut.nullable(),
        ended: textOrNull,
        returnReason: textOrNull,
        facts: anything,
      }),
    ),
    deals: z.array(dealOut),
    chats: z.array(chatOut),
    inbox: z
      .array(z.object({ at: instantOut, receivedAt: instantOut, what: anything }))
      .openapi({ description: 'What happened to the lead, with what was written in replies. Instants are epoch ms.' }),
    journal: z
      .array(
        z.object({
          at: instantOut,
          type: z.string(),
          reason: textOrNull,
          cadence: textOrNull,
          step: textOrNull,
          by: z.string(),
          sentence: z.string(),
          data: anything,
        }),
      )
      .openapi({ description: 'What was done, and why.' }),
    milestones: z.array(z.object({ at: instantOut, kind: z.string(), name: z.string() })),
    preferences: z
      .array(z.object({ topic: textOrNull, until: instantOut.nullable(), at: instantOut }))
      .openapi({ description: 'Topics the person does not want; without a topic, a pause.' }),
    clicks: z
      .array(z.object({ at: instantOut, place: z.string(), verdict: z.string() }))
      .openapi({ description: 'Links of messages that were followed, and what the click was taken for.' }),
    notices: z
      .array(z.object({ to: z.string(), at: instantOut, journal: z.number().int() }))
      .openapi({ description: 'Which of our people were told, and of which entry of the journal.' }),
    deliveries: z
      .array(
        z.object({
          kind: z.string(),
          to: z.string(),
          state: z.string(),
          dueAt: instantOut,
          doneAt: instantOut.nullable(),
          payload: z.unknown(),
        }),
      )
      .openapi({ description: 'What other systems were told, by webhooks.' }),
    profile: anything.nullable().openapi({ description: 'The state that decisions are made from.' }),
  })
  .openapi('LeadExport');
export type LeadExport = z.infer<typeof exportOut>;
