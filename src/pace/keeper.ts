/**
 * Keeps the pace true to what the mail service allows: reads the quota again and again, sets the email
 * queue's limit from it, and holds and releases what the 24 hours do not let go. A loop beside the
 * workers; any number of them do no harm. What it cannot read stays as it was.
 */
import type { Client } from '@temporalio/client';
import type { Clock } from '../clock.ts';
import type { Sender } from '../email/sender.ts';
import type { Logger } from '../log.ts';
import { startRepeating } from '../repeat.ts';
import type { Db } from '../store/db.ts';
import { quotaOf, roomNow, writeQuota } from '../store/send-quota.ts';
import { countUses, ensureSlots, slotsFor } from '../store/send-slots.ts';
import { transact } from '../store/tx.ts';
import { limitEmailQueue } from '../temporal/queue-rate.ts';
import { keepQuotaHolds } from './holds.ts';

export interface KeeperOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly sender: Pick<Sender, 'quota'>;
  /** Absent: the queue has no limit of its own (a test without an engine). */
  readonly client?: Client;
  readonly log: Logger;
  /** Real ms between looks. */
  readonly intervalMs?: number;
}

export interface Keeper {
  /** Looks once, at once; rejects when the quota cannot be read or set. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** SES answers GetSendQuota once a second; what is sent between two looks is counted here. */
const INTERVAL_MS = 20_000;
/** The server forgets nothing, but may be another one after a restart from nothing. */
const SET_AGAIN_MS = 10 * 60_000;

/** Starts the loop; the first look is the caller's to make, who wants to know how it went. */
export function startKeeper({ db, clock, sender, client, log, intervalMs = INTERVAL_MS }: KeeperOptions): Keeper {
  let limited: { readonly perSecond: number; readonly at: number } | undefined;

  const limit = async (perSecond: number): Promise<void> => {
    const now = Date.now();
    if (client === undefined || (limited?.perSecond === perSecond && now - limited.at < SET_AGAIN_MS)) return;
    await limitEmailQueue(client, perSecond);
    if (limited?.perSecond !== perSecond) log.info({ perSecond }, 'the email queue keeps to the quota');
    limited = { perSecond, at: now };
  };

  const look = async (): Promise<void> => {
    const { uses } = await countUses(db);
    const { maxPerSecond: perSecond, max24Hours: per24Hours, sentLast24Hours: sent24Hours } = await sender.quota();
    const quota = quotaOf({ perSecond, per24Hours, sent24Hours }, uses, Date.now());
    await writeQuota(db, quota);
    await ensureSlots(db, slotsFor(perSecond));
    const room = await roomNow(db, quota);
    const released = await transact(db, (tx) => keepQuotaHolds(tx, quota, room, clock.now()));
    if (released.length > 0) log.info({ room }, 'the quota of 24 hours has room again');
    await limit(perSecond);
  };

  const loop = startRepeating(look, {
    everyMs: intervalMs,
    failed: (err) => log.warn({ err }, 'the quota could not be read or set; it is tried again'),
  });
  return { look, stop: loop.stop };
}
