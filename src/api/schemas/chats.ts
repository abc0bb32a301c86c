/** Chats as callers send and see them. */
import { z } from '@hono/zod-openapi';
import { CHAT_SLA } from '../../core/chats.ts';
import { iso } from '../../core/time.ts';
import { BUSY, type Chat, chatStateSchema } from '../../store/chats.ts';
import { idParam, instantOut, isoOrNull, leadRef, name, noteIn, repId, text } from './common.ts';
import { formatted } from './forms.ts';

const PAGE_EXPECTED = 'must be where the visitor is: a path such as /pricing, or an address with http(s)';

/** Only the path is kept: what stands behind `?` and `#` may name a person. */
const page = text(2_000)
  .transform((value) => pathOf(value) ?? '')
  .refine((path) => path !== '', PAGE_EXPECTED)
  .openapi({
    ...formatted('page'),
    description: 'Path or address; only the path is kept.',
    example: '/pricing',
  });

function pathOf(value: string): string | undefined {
  if (/[\s<>"'`\\^{}|\p{Cc}]/u.test(value)) return undefined;
  if (!/^(https?:\/\/[^/?#]+|\/(?!\/))/i.test(value)) return undefined;
  try {
    const url = new URL(value, 'https://page.invalid');
    return url.hostname === '' ? undefined : url.pathname.slice(0, 500);
  } catch {
    return undefined;
  }
}

export const chatIn = z
  .strictObject({
    id: idParam.shape.id.openapi({
      description: 'Yours: 1 to 128 of A-Z a-z 0-9 _ . : -. The same id is the same chat.',
    }),
    visitor: z
      .string()
      .regex(/^[A-Za-z0-9_.:~-]{4,128}$/, 'must be an id of the visitor, 4 to 128 of A-Z a-z 0-9 _ . : ~ -')
      .optional()
      .openapi({ description: 'What your chat tool calls somebody, such as the id in a cookie.' }),
    lead: leadRef.optional().openapi({ description: 'When you know who it is; later is fine, with the same `id`.' }),
    page,
    language: z
      .string()
      .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'must be a language tag, such as de or de-AT')
      .optional()
      .openapi({ description: 'What the visitor speaks; the lead’s `locale` by default.' }),
  })
  .openapi('ChatInput');

export const chatEndIn = z.strictObject({
  outcome: name.optional().openapi({ description: 'How it ended, in a word.', example: 'meeting-agreed' }),
  note: noteIn.optional(),
});

export const chatAcceptIn = z.strictObject({
  rep: repId.optional().openapi({ description: 'Who took it; the rep of the key, or whom it rings at, by default.' }),
});

export const chatState = chatStateSchema;

const reason = z.object({
  rule: z.number().int(),
  when: z.string(),
  code: z.string().openapi({
    description:
      '`suppressed` (the lead may not be chatted with), `not-met`, `unknown-visitor`, `no-custodian`, `nobody-free`, `rep` or `form`.',
  }),
  reps: z.array(z.object({ rep: z.string(), code: z.string() })).openapi({
    description: 'Who was not free: `passed`, `not-active`, `away`, `off-hours`, `language`, `busy`, `full`.',
  }),
});

export const chatOut = z
  .object({
    id: z.string(),
    to: z.enum(['rep', 'form']),
    rep: z.string().optional().openapi({ description: 'Who takes it, by the id of the rep; absent for the form.' }),
    sla: z
      .object({ name: z.string(), acceptBy: instantOut })
      .optional()
      .openapi({ description: 'Until when it rings at the rep; then it goes on to the next.' }),
    state: chatState,
    rule: z.number().int().nullable().openapi({ description: 'Of the playbook’s `chat`, from 1.' }),
    because: z.array(reason).openapi({ description: 'What each rule said, in order.' }),
    lead: z.object({ id: z.uuid() }).nullable(),
    visitor: z.string().nullable(),
    page: z.string(),
    language: z.string().openapi({ description: 'ISO 639 code; empty when nobody knows.' }),
    handoff: z.string().nullable(),
    startedAt: instantOut,
    acceptedAt: instantOut.nullable(),
    endedAt: instantOut.nullable(),
    outcome: z.string().nullable(),
    note: z.string().nullable(),
  })
  .openapi('Chat');

export function toChatOut(chat: Chat): z.infer<typeof chatOut> {
  const rings = chat.state === 'ringing' && chat.answerBy !== null;
  return {
    id: chat.id,
    to: chat.rep === null ? 'form' : 'rep',
    ...(chat.rep === null ? {} : { rep: chat.rep }),
    ...(rings ? { sla: { name: CHAT_SLA, acceptBy: iso(chat.answerBy ?? 0) } } : {}),
    state: chat.state,
    rule: chat.rule,
    because: chat.because.map((one) => ({ ...one, reps: one.reps.map((rep) => ({ ...rep })) })),
    lead: chat.leadId === null ? null : { id: chat.leadId },
    visitor: chat.visitor,
    page: chat.page,
    language: chat.language,
    handoff: chat.handoff,
    startedAt: iso(chat.startedAt),
    acceptedAt: isoOrNull(chat.acceptedAt),
    endedAt: isoOrNull(chat.endedAt),
    outcome: chat.outcome,
    note: chat.note,
  };
}

export const isBusy = (chat: Chat): boolean => BUSY.includes(chat.state);
