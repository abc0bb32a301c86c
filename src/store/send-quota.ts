/** What the mail service allows, as it was read last: one row for all workers. */
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import { readMeta, writeMeta } from './meta.ts';
import type { Db } from './schema.ts';
import { countUses } from './send-slots.ts';
import { readJson } from './values.ts';

const KEY = 'send-quota';

const schema = z.object({
  perSecond: z.number().positive(),
  per24Hours: z.number(),
  /** Of the whole account, by its own count. */
  sent24Hours: z.number(),
  readAt: z.number().int(),
  /** `countUses` just before it was read: what came later is not in `sent24Hours`. */
  uses: z.number(),
});
export type SendQuota = z.infer<typeof schema>;

/** Null before any worker has read it. */
export async function readQuota(db: Db): Promise<SendQuota | null> {
  const text = await readMeta(db, KEY);
  return text === null ? null : readJson(schema, text, `meta ${KEY}`);
}

export const writeQuota = (db: Db, quota: SendQuota): Promise<void> => writeMeta(db, KEY, JSON.stringify(quota));

/** How many messages may still go in these 24 hours, as far as is known. */
export const roomOf = ({ per24Hours, sent24Hours, uses }: SendQuota, usesNow: number): number =>
  per24Hours - sent24Hours - Math.max(0, usesNow - uses);

/** The same, counted now. Unlimited before anybody has read the quota, and for accounts without one (-1). */
export async function roomNow(db: Db, quota: SendQuota | null): Promise<number> {
  if (quota === null || quota.per24Hours < 0) return Number.POSITIVE_INFINITY;
  const { uses, out } = await countUses(db);
  return roomOf(quota, uses + out);
}

/** Kept for mail of sales and service: marketing stops at 95% of the 24 hours. */
export const reserveOf = ({ per24Hours }: SendQuota): number => Math.ceil(per24Hours * 0.05);

export type QuotaRead = Pick<SendQuota, 'perSecond' | 'per24Hours' | 'sent24Hours'>;

/** Takes down what was read; `uses` and `readAt` are of the moment before it was asked for. */
export const quotaOf = (read: QuotaRead, uses: number, readAt: Instant): SendQuota => ({ ...read, uses, readAt });
