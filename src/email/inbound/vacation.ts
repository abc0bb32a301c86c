/** What iCloud's automatic replies say about themselves: that they are one, and from when until when. */
import { DAY } from '../../core/time.ts';
import type { InboundMail } from './message.ts';
import type { ReturnDay } from './return-date.ts';

const MINUTE = 60_000;

/** `X-Apple-Action: VACATION` and `X-Apple-Criteria: {kind=VACATION,startDate=…,endDate=…}`; undefined without. */
export function vacationOf(mail: InboundMail): { readonly until: ReturnDay | undefined } | undefined {
  if (!mail.header('x-apple-action').some((value) => /^vacation/i.test(value))) return undefined;
  const criteria = mail.header('x-apple-criteria')[0] ?? '';
  const at = (name: string): number => Date.parse(new RegExp(`${name}=([\\dT:.Z+-]{10,30})`).exec(criteria)?.[1] ?? '');
  const end = at('endDate');
  if (Number.isNaN(end)) return { until: undefined };
  // Both are said in UTC; a vacation begins at midnight, which tells the zone.
  const start = at('startDate');
  const past = Number.isNaN(start) ? 0 : ((start % DAY) + DAY) % DAY;
  const offset = past > DAY / 2 ? DAY - past : -past;
  return {
    until: {
      day: new Date(end + offset - MINUTE).toISOString().slice(0, 10),
      away: true,
    },
  };
}
