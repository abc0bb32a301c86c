/** A deal as the API takes and shows it. */
import { z } from '@hono/zod-openapi';
import { dealStageOf, isOpenDeal } from '../../core/deal-stage.ts';
import { isCurrency } from '../../core/money.ts';
import { companyDomain } from '../../core/scrub/domain.ts';
import { iso } from '../../core/time.ts';
import type { DealEvent, DealRecord } from '../../store/deals.ts';
import { dateIn, instantIn, instantOut, isoOrNull, leadRef, pageOf, text } from './common.ts';
import { formatted, textForm } from './forms.ts';

/** 10 trillion: hundredths of it are whole numbers a double holds exactly. */
const AMOUNT_MAX = 1e13;

export const accountRef = z
  .union([
    z.strictObject({ id: z.uuid('must be the id of an account, a UUID') }),
    z.strictObject({
      domain: text(300).transform((value, context) => {
        const domain = companyDomain(value);
        if (domain === undefined)
          context.addIssue({ code: 'custom', message: 'must be a domain such as acme.example' });
        return domain ?? '';
      }),
    }),
  ])
  .openapi({
    type: 'object',
    oneOf: [
      { properties: { id: { type: 'string', format: 'uuid' } }, required: ['id'], additionalProperties: false },
      { properties: { domain: formatted('domain') }, required: ['domain'], additionalProperties: false },
    ],
    description: 'Either `id` or `domain`.',
    example: { domain: 'acme.example' },
  });

const stageIn = text(100)
  .transform((value, context) => {
    const stage = dealStageOf(value);
    if (stage === '') context.addIssue({ code: 'custom', message: 'must have a letter or digit' });
    return stage;
  })
  .openapi({
    ...formatted('deal-stage'),
    description:
      'The CRM’s own, kept in lower case with hyphens. `won` and `lost` close the deal (`Closed Won` and `closedlost` are read so), every other one is open.',
    example: 'proposal',
  });

export const dealIn = z
  .strictObject({
    id: text(128)
      .regex(/^[A-Za-z0-9_.:-]+$/, 'must be letters, digits and . _ : -')
      .openapi({ description: 'The CRM’s: the same id again is a change of the deal.', example: 'crm-4711' }),
    account: accountRef.optional().openapi({ description: 'Whose deal it is: it counts for everybody there (50).' }),
    leads: z.array(leadRef).min(1).max(50).optional().openapi({ description: 'Whom it is with.' }),
    amount: z.number().min(0).max(AMOUNT_MAX).optional().openapi({
      description:
        'A new deal needs it. In units of the currency; kept to the hundredth, and to whole units of a currency without decimals (JPY).',
      example: 24000,
    }),
    currency: z
      .string()
      .regex(/^[A-Za-z]{3}$/, 'must be a currency code of three letters, such as EUR')
      .transform((value) => value.toUpperCase())
      .refine(isCurrency, 'must be a currency of ISO 4217, such as EUR')
      .optional()
      .openapi({
        type: 'string',
        format: 'currency',
        pattern: '^[A-Za-z]{3}$',
        description: 'A new deal needs it.',
        example: 'EUR',
      }),
    stage: stageIn,
    owner: text(320)
      .transform((value) => value.trim().toLowerCase())
      .optional()
      .openapi({ ...textForm(320), description: 'The rep’s address.' }),
    lostReason: text(500).optional(),
    renewsAt: dateIn.optional(),
    closedAt: dateIn.optional().openapi({ description: 'When it was won or lost; without it, when that was told.' }),
    at: instantIn.optional().openapi({
      description:
        'When this change happened; now by default. What is older than the newest one known goes into the history only.',
    }),
  })
  .openapi('DealInput');

const deal = {
  id: z.string(),
  account: z.object({ id: z.uuid() }).nullable(),
  leads: z.array(z.object({ id: z.uuid() })),
  amount: z.number(),
  currency: z.string(),
  stage: z.string(),
  open: z.boolean(),
  owner: z.string().nullable(),
  lostReason: z.string().nullable(),
  renewsAt: instantOut.nullable(),
  closedAt: instantOut.nullable(),
  changedAt: instantOut.openapi({ description: 'When the newest change known happened.' }),
  createdAt: instantOut,
  updatedAt: instantOut,
};

export const dealOut = z.object(deal).openapi('Deal');
export const dealPage = pageOf(dealOut, 'DealPage');
export const dealWritten = z
  .object({ ...deal, outcome: z.enum(['created', 'updated', 'unchanged', 'older']) })
  .openapi('DealWritten');
export const dealDetail = z
  .object({
    ...deal,
    history: z
      .array(z.object({ at: instantOut, stage: z.string(), amount: z.number(), currency: z.string(), by: z.string() }))
      .openapi({ description: 'Every change of stage or amount, by when it happened.' }),
  })
  .openapi('DealDetail');

export const toDeal = (row: DealRecord): z.infer<typeof dealOut> => ({
  id: row.id,
  account: row.accountId === null ? null : { id: row.accountId },
  leads: row.leadIds.map((id) => ({ id })),
  amount: row.amountCents / 100,
  currency: row.currency,
  stage: row.stage,
  open: isOpenDeal(row.stage),
  owner: row.owner,
  lostReason: row.lostReason,
  renewsAt: isoOrNull(row.renewsAt),
  closedAt: isoOrNull(row.closedAt),
  changedAt: iso(row.changedAt),
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
});

export const toDealDetail = (row: DealRecord, events: readonly DealEvent[]): z.infer<typeof dealDetail> => ({
  ...toDeal(row),
  history: events.map(({ at, stage, amountCents, currency, by }) => ({
    at: iso(at),
    stage,
    amount: amountCents / 100,
    currency,
    by,
  })),
});
