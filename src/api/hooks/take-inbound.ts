/** What a message that came in does to the lead it is from. */
import { instantOf } from '../../core/calendar.ts';
import type { InputBody } from '../../core/input.ts';
import type { Purpose } from '../../core/playbook.ts';
import { emailIdentity } from '../../core/scrub.ts';
import { BOUNCED, BY_LEAD, COMPLAINED, UNSUBSCRIBED } from '../../core/suppression-strength.ts';
import { DAY, type Instant, MINUTE } from '../../core/time.ts';
import { zoneOfCountry } from '../../core/zones.ts';
import { MEANINGS } from '../../email/bounce.ts';
import type { Inbound } from '../../email/inbound/classify.ts';
import type { InboundMail } from '../../email/inbound/message.ts';
import type { DeliveryReport } from '../../email/inbound/report.ts';
import type { ReturnDay } from '../../email/inbound/return-date.ts';
import { verifyReplyToken } from '../../email/tokens.ts';
import { type Origin, originOf, type Traces } from '../../store/inbound.ts';
import { putInputs } from '../../store/inbox.ts';
import { leave } from '../../store/leave.ts';
import type { Db } from '../../store/schema.ts';
import { bouncesForGood, recordBounce, recordComplaint } from '../../store/touches.ts';
import { suppressOnce } from '../suppress-once.ts';

export interface Arrival {
  readonly mail: InboundMail;
  readonly inbound: Inbound;
  /** The same for the same message, whoever posts it how often. */
  readonly key: string;
  readonly now: Instant;
  /** How far ahead a message may be dated: clocks differ. */
  readonly ahead: number;
  readonly by: string;
  /** Signs reply addresses. */
  readonly secret: string;
  /** Where neither lead nor country has a zone. */
  readonly zone: string;
}

/** A message may lie in a queue for days; one older than this counts from when it came. */
const OLDEST = 30 * DAY;

/** @returns the lead it is from, if known; of an absence, from when somebody is there again; and the leads to nudge */
export async function takeInbound(
  tx: Db,
  arrival: Arrival,
): Promise<{ lead: string | undefined; until: Instant | undefined; nudge: readonly string[] }> {
  const { mail, inbound } = arrival;
  const origin = await originOf(tx, tracesOf(mail, inbound, arrival.secret));
  const until = backOf(arrival, origin);
  if (origin === null) return { lead: undefined, until, nudge: [] };
  const nudge = await effectOf(tx, arrival, origin, until);
  return { lead: origin.lead.id, until, nudge };
}

function tracesOf(mail: InboundMail, inbound: Inbound, secret: string): Traces {
  const inside =
    'report' in inbound ? mail.parts.flatMap(({ text }) => text.match(/reply\+[a-z2-7]{20,64}@/gi) ?? []) : [];
  const addressed = [...mail.to, ...inside]
    .flatMap((address) => /^reply\+([a-z2-7]+)@/i.exec(address)?.[1] ?? [])
    .map((token) => verifyReplyToken(secret, token))
    .find((lead) => lead !== null);
  const addresses =
    inbound.class === 'delivery-report'
      ? inbound.report.failed.flatMap(({ recipient }) => recipient ?? [])
      : inbound.class === 'complaint'
        ? inbound.report.recipients
        : mail.from === undefined
          ? []
          : [mail.from];
  const messages = 'report' in inbound ? inbound.report.about : mail.answers;
  return { messages, addressed: addressed ?? undefined, addresses };
}

async function effectOf(
  tx: Db,
  arrival: Arrival,
  origin: Origin,
  until: Instant | undefined,
): Promise<readonly string[]> {
  const { inbound, now, by } = arrival;
  const { lead, touch } = origin;
  switch (inbound.class) {
    case 'delivery-report':
      return bounced(tx, arrival, origin, inbound.report);
    case 'complaint': {
      // Believed without proof: to lose a lead to a forged complaint is the smaller harm.
      if (touch) await recordComplaint(tx, touch.id, dateOf(arrival));
      return (await leave(tx, { leadId: lead.id, reason: COMPLAINED, by }, now)) ?? [];
    }
    case 'auto':
    case 'reply': {
      if (inbound.stop !== true) break;
      const purpose = purposeOf(touch?.purpose);
      return (await leave(tx, { leadId: lead.id, ...purpose, reason: UNSUBSCRIBED, by: BY_LEAD }, now)) ?? [];
    }
    default:
      break;
  }
  // It cannot have been written before there was somebody to write: such a date is the sender's mistake.
  const dated = dateOf(arrival);
  const at = dated < lead.createdAt ? now : dated;
  const body: InputBody = {
    kind: 'signal',
    type: 'reply.received',
    human: inbound.class === 'reply',
    ...(touch ? { cadence: touch.cadence, step: touch.step } : {}),
    reply: {
      class: inbound.class === 'reply' ? 'human' : inbound.class,
      ...(inbound.text === '' ? {} : { text: inbound.text }),
      ...(until === undefined ? {} : { until }),
    },
  };
  await putInputs(tx, [{ leadId: lead.id, key: `inbound:${arrival.key}`, at, body }], now);
  return [lead.id];
}

/** Only what is proven to be about mail from here: reports on forged mail name any address. */
async function bounced(
  tx: Db,
  arrival: Arrival,
  { lead, touch, proven }: Origin,
  { failed }: DeliveryReport,
): Promise<readonly string[]> {
  const ours = new Set([emailIdentity(lead.fields.email), ...(touch?.toEmail ? [emailIdentity(touch.toEmail)] : [])]);
  const theirs = failed.filter(({ recipient }) => recipient === undefined || ours.has(emailIdentity(recipient)));
  if (!proven || theirs.length === 0) return [];
  const means = MEANINGS.find((one) => theirs.some(({ kind }) => kind === one)) ?? 'unclear';
  const status = theirs.find((one) => one.status !== '')?.status;
  const word = means === 'hard' ? 'Permanent' : 'Transient';
  const detail = `${word}/Report${status === undefined ? '' : ` ${status}`}`;
  if (touch) await recordBounce(tx, { touchId: touch.id, detail, means, at: dateOf(arrival) });
  const forGood = means === 'hard' || (touch?.toEmail && (await bouncesForGood(tx, touch.leadId, touch.toEmail)));
  if (!forGood) return [];
  return suppressOnce(tx, { email: emailIdentity(lead.fields.email), reason: BOUNCED, by: arrival.by }, arrival.now);
}

const purposeOf = (purpose: string | undefined): { purpose?: Purpose } =>
  purpose === 'marketing' || purpose === 'sales' || purpose === 'service' ? { purpose } : {};

/** When it was written, if that can be. */
function dateOf({ mail, now, ahead }: Arrival): Instant {
  const { date } = mail;
  return date === undefined || date > now + ahead || date < now - OLDEST ? now : Math.min(date, now + ahead);
}

/** When an absence is over, on the clocks of the lead; the company's while nobody knows the lead's. */
function backOf({ inbound, zone }: Arrival, origin: Origin | null): Instant | undefined {
  if (inbound.class !== 'out-of-office' || inbound.until === undefined) return undefined;
  const { timeZone = '', country = '' } = origin?.lead.fields ?? {};
  return endOf(inbound.until, timeZone || zoneOfCountry(country) || zone);
}

/** The midnight from which the lead is there again: the day named, or the one after the last away. */
function endOf({ day, away }: ReturnDay, zone: string): Instant {
  return instantOf(zone, Math.round(Date.parse(`${day}T00:00:00Z`) / DAY) + (away ? 1 : 0), 0);
}

/** Clocks differ by minutes; on a sped-up clock they differ by days. */
export const aheadOf = (factor: number): number => (factor > 1 ? 400 * DAY : 5 * MINUTE);
