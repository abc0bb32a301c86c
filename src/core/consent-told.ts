/** Consents that were given or taken back, as the lead's inbox tells of them. */
import { z } from 'zod';
import type { Instant } from './time.ts';

/** Where a consent is from that somebody gave by subscribing again. */
export const PREFERENCE_PAGE = 'preference page';
/** The basis of such a consent. */
export const SUBSCRIBED_AGAIN = 'consent';

const purpose = z.enum(['marketing', 'sales', 'service']);

export const consentToldSchema = z.discriminatedUnion('how', [
  z.object({
    how: z.literal('given'),
    purpose,
    basis: z.string(),
    source: z.string().optional(),
    /** Epoch ms, as `expires`. */
    givenAt: z.number().int(),
    expires: z.number().int().optional(),
  }),
  z.object({ how: z.literal('withdrawn'), purpose }),
]);
export type ConsentTold = z.infer<typeof consentToldSchema>;

/** What an inbox row says of a consent that was given. */
export const givenConsent = (consent: {
  readonly purpose: ConsentTold['purpose'];
  readonly basis: string;
  readonly source?: string;
  readonly at: Instant;
  readonly expires?: Instant | undefined;
}): ConsentTold => {
  const { purpose, basis, source, at, expires } = consent;
  return {
    ...{ how: 'given', purpose, basis, givenAt: at },
    ...(source === undefined ? {} : { source }),
    ...(expires === undefined ? {} : { expires }),
  };
};

/** The member of a `lead.changed` that tells of these; nothing when there are none. */
export const consentsTold = (given: readonly Parameters<typeof givenConsent>[0][]): { consents?: ConsentTold[] } =>
  given.length === 0 ? {} : { consents: given.map(givenConsent) };
