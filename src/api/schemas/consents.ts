/** A consent as the API shows and takes it. */
import { z } from '@hono/zod-openapi';
import { iso } from '../../core/time.ts';
import type { ConsentRow } from '../../store/consents.ts';
import { dateIn, instantOut, isoOrNull, text } from './common.ts';

export const purposeSchema = z.enum(['marketing', 'sales', 'service']);

export const consentOut = z
  .object({
    purpose: z.string(),
    basis: z.string(),
    source: z.string(),
    at: instantOut,
    expires: instantOut.nullable(),
    withdrawnAt: instantOut.nullable(),
    withdrawnBy: z.string().nullable().openapi({ description: 'Who took it back; `left-company`: of a job left.' }),
    state: z.enum(['given', 'expired', 'withdrawn', 'lapsed']),
  })
  .openapi('Consent');

export const consentIn = z.strictObject({
  purpose: purposeSchema,
  basis: text(200).openapi({ example: 'opt-in' }),
  source: text(200).openapi({ example: 'preference-page' }),
  at: dateIn.optional().openapi({ description: 'When it was given; now by default.' }),
  expires: dateIn.optional(),
});

export const withdrawIn = z.strictObject({
  purpose: purposeSchema.optional().openapi({ description: 'All purposes by default, but service.' }),
});

export function toConsent(row: ConsentRow, now: number): z.infer<typeof consentOut> {
  const { withdrawnAt, withdrawnBy, expires } = row;
  const over = expires !== null && expires <= now;
  const ended = withdrawnAt !== null ? 'withdrawn' : withdrawnBy !== null ? 'lapsed' : over ? 'expired' : 'given';
  return {
    purpose: row.purpose,
    basis: row.basis,
    source: row.source,
    at: iso(row.at),
    expires: isoOrNull(expires),
    withdrawnAt: isoOrNull(withdrawnAt),
    withdrawnBy,
    state: ended,
  };
}
