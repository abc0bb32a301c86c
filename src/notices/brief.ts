/** What a rep needs to know of a task, in words: the same on the page that answers it and in mails about it. */
import { callWindowOf } from '../core/call-window.ts';
import type { Playbook } from '../core/playbook.ts';
import type { LeadFields } from '../core/scope.ts';
import type { Instant } from '../core/time.ts';
import { dayAndTime } from '../core/words.ts';
import { zoneOfCountry } from '../core/zones.ts';
import type { NamedAccount, NamedContext } from '../store/colleague-names.ts';

/** A heading and what stands under it; plain text, not escaped. */
export interface BriefPart {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface BriefInput {
  readonly lead: LeadFields;
  /** Until when sales may not call it. */
  readonly doNotCall: Instant | null;
  readonly context: NamedContext;
  /** What the cadence says about the task. */
  readonly body: string | null;
  readonly playbook: Playbook;
  /** Zone of the rep: times are read on their clock. */
  readonly zone: string;
  readonly now: Instant;
}

/** The parts that have something to say, the most pressing first. */
export function briefOf({ lead, doNotCall, context, body, playbook, zone, now }: BriefInput): BriefPart[] {
  const when = (at: string): string => dayAndTime(Date.parse(at), zone);
  const seen = context.signals.map(({ type, count, last }) =>
    count === 1 ? `${type}, ${when(last)}` : `${type}, ${count} times, last ${when(last)}`,
  );
  const parts: BriefPart[] = [
    {
      title: 'Why now',
      lines: present([
        context.why,
        context.note !== context.why && context.note ? `Note: ${context.note}` : '',
        body ?? '',
      ]),
    },
    { title: 'Who', lines: whoOf({ lead, doNotCall }, playbook, zone, now) },
    { title: 'Asked for', lines: context.asked },
    { title: 'Did', lines: seen },
    {
      title: 'Has had from us',
      lines: context.lastTouches.map(({ email, at }) => `${nameOfEmail(playbook, email)}, ${when(at)}`),
    },
    { title: 'Before', lines: context.story ?? [] },
    { title: 'At the account', lines: context.account === undefined ? [] : accountLines(context.account, lead, zone) },
    {
      title: 'Score',
      lines: [`Fit ${context.score.fit}, engagement ${context.score.engagement}`, ...context.score.reasons],
    },
  ];
  return parts.filter((part) => part.lines.length > 0);
}

/** `Ada Lovelace, Head of Operations at Acme`, with what of it is known; the address when nothing is. */
export function personOf(lead: LeadFields): string {
  const name = present([lead.firstName, lead.lastName]).join(' ') || lead.email;
  const part = present([lead.title, lead.company && `at ${lead.company}`]).join(' ');
  return present([name, part]).join(', ');
}

/** The lead as somebody who calls needs it. */
export function whoOf(
  { lead, doNotCall }: Pick<BriefInput, 'lead' | 'doNotCall'>,
  playbook: Playbook,
  rep: string,
  now: Instant,
): string[] {
  const phone = (doNotCall ?? 0) > now ? '' : lead.phone;
  const zone = lead.timeZone || zoneOfCountry(lead.country);
  const call = callWindowOf(lead, playbook.company, now);
  return present([
    personOf(lead),
    lead.email,
    phone === lead.phone ? '' : 'Do not call',
    phone && `Phone ${phone}`,
    phone &&
      `May be called ${call.now ? 'now' : `from ${dayAndTime(call.opensAt, rep)}`} until ${dayAndTime(call.closesAt, rep)} (${rep})`,
    zone && `There it is ${dayAndTime(now, zone)} (${zone})`,
  ]);
}

/** The subject as the playbook has it, unless it is only whole with a lead's values. */
function nameOfEmail(playbook: Playbook, id: string): string {
  const subject = playbook.emails[id]?.subject;
  return subject === undefined || subject.includes('{') ? id : `“${subject}” (${id})`;
}

const COLLEAGUES_SHOWN = 5;

function accountLines(
  { name, leads, role, missing, colleagues }: NamedAccount,
  lead: LeadFields,
  zone: string,
): string[] {
  const whole = [
    `${name || lead.company || lead.domain}: ${leads === 1 ? 'nobody else is known there' : `${leads} people known`}`,
    role === undefined ? '' : `this one is ${role}`,
    missing.length === 0 ? '' : `missing: ${missing.join(', ')}`,
  ];
  const people = colleagues.slice(0, COLLEAGUES_SHOWN).map((one) => {
    const did = one.lastSignal && `${one.lastSignal.type} ${dayAndTime(Date.parse(one.lastSignal.at), zone)}`;
    const has = one.rep === undefined ? `with ${one.custody}` : `with ${one.rep}`;
    return present([one.name || 'somebody', one.title, one.role, did, has]).join(', ');
  });
  return [present(whole).join('; '), ...people];
}

const present = (texts: readonly (string | undefined)[]): string[] =>
  texts.flatMap((text) => (text === undefined || text === '' ? [] : [text]));
