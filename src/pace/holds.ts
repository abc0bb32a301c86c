/** What the quota of 24 hours holds back, and from when on it goes again. */
import type { Hold } from '../core/pause-scopes.ts';
import type { Instant } from '../core/time.ts';
import { pauseScope, resumeScope } from '../store/pauses.ts';
import type { Db } from '../store/schema.ts';
import { reserveOf, type SendQuota } from '../store/send-quota.ts';

const QUOTA_HOLDS = ['quota:marketing', 'quota:all'] as const satisfies readonly Hold[];

/** Holds these touches; whoever reads the quota lets them go again. */
export const holdByQuota = (tx: Db, scope: (typeof QUOTA_HOLDS)[number], now: Instant): Promise<boolean> =>
  pauseScope(tx, { scope, reason: '', by: 'clock', at: now });

/** Once held, as much as this share of the quota must be free, so that leads are not woken for a handful. */
const FREE_AGAIN = 0.02;

/**
 * Holds and releases by what is left of the quota. The leads that were held are nudged by the sweeper, and
 * take a place each in what is left of their window.
 * @returns scopes that were released
 */
export async function keepQuotaHolds(tx: Db, quota: SendQuota, room: number, now: Instant): Promise<readonly Hold[]> {
  const kept = { 'quota:marketing': reserveOf(quota), 'quota:all': 0 };
  const enough = Math.max(1, Math.floor(quota.per24Hours * FREE_AGAIN));
  const released: Hold[] = [];
  for (const scope of QUOTA_HOLDS) {
    if (room <= kept[scope]) await holdByQuota(tx, scope, now);
    else if (room >= kept[scope] + enough && (await resumeScope(tx, scope))) released.push(scope);
  }
  return released;
}
