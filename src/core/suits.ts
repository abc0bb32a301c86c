/** Whether an email is for a lead as it is now: its role, stage, phase, place and time. */
import { dateOf, isWorking, localDay } from './calendar.ts';
import { FITS, type Fit, type Phase, type Place, type Season } from './content.ts';
import type { Facts } from './facts.ts';
import type { EmailTemplate, PickStep, Playbook } from './playbook.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';
import { calendarOf, leadZone } from './view.ts';
import { countryOfZone, zoneOfCountry } from './zones.ts';

/** What content is chosen by. */
export interface Circumstances {
  readonly role: string;
  readonly stage: string;
  /** What the lead is open to at its stage, where the playbook says so. */
  readonly phase?: Phase;
  /** Empty where nobody knows. */
  readonly country: string;
  readonly timeZone: string;
  /** The lead's own date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Whether it is working time for who has the lead. */
  readonly working: boolean;
}

export function circumstancesOf(state: LeadState, facts: Facts, playbook: Playbook, at: Instant): Circumstances {
  const { lead } = facts;
  const country = lead.country || countryOfZone(lead.timeZone) || '';
  const phase = playbook.stages.find(({ id }) => id === state.stage)?.phase;
  const rep = state.custody.who === 'sales' ? facts.custodian : undefined;
  return {
    role: lead.role,
    stage: state.stage,
    ...(phase === undefined ? {} : { phase }),
    country,
    timeZone: lead.timeZone || zoneOfCountry(country) || '',
    get date() {
      return dateOf(localDay(leadZone(facts, playbook), at));
    },
    // Asked for seldom.
    get working() {
      return isWorking(calendarOf(playbook, rep), at);
    },
  };
}

/** Each fit as a rule: whether the email is for such a lead. */
const RULES: Readonly<Record<Fit, (email: EmailTemplate, lead: Circumstances) => boolean>> = {
  role: ({ roles }, { role }) => roles === undefined || roles.includes(role),
  stage: ({ stages }, { stage }) => stages === undefined || stages.includes(stage),
  phase: (email, { phase }) => phase === undefined || email.phase === phase,
  place: ({ places }, lead) => places === undefined || places.some((place) => isAt(place, lead)),
  time: ({ times }, lead) => times === undefined || times.some((season) => isIn(season, lead)),
};

/** The first of these fits that leaves the lead out; undefined: the email is for it. */
export const unfitOf = (email: EmailTemplate, lead: Circumstances, fits: readonly Fit[]): Fit | undefined =>
  fits.find((fit) => !RULES[fit](email, lead));

/** All that leaves the lead out, whatever a step asks for. */
export const unfitsOf = ({ emails }: Playbook, email: string, lead: Circumstances): readonly Fit[] => {
  const template = emails[email];
  return template === undefined ? [] : FITS.filter((fit) => !RULES[fit](template, lead));
};

/** Whether a `pick` step may choose the email for such a lead. */
export const mayPick = (step: PickStep, email: EmailTemplate, lead: Circumstances): boolean =>
  email.topic === step.topic &&
  (step.phase === undefined || email.phase === step.phase) &&
  unfitOf(email, lead, fitsOf(step)) === undefined;

/** A step that names a phase has said which; the stage's is not asked. */
export const fitsOf = ({ fits, phase }: PickStep): readonly Fit[] =>
  phase === undefined ? fits : fits.filter((fit) => fit !== 'phase');

/** What made this email the one for the lead, in words; empty where it is for everybody. */
export function whySuited(email: EmailTemplate, lead: Circumstances, fits: readonly Fit[]): string[] {
  const words: Readonly<Record<Fit, () => string | undefined>> = {
    role: () => (email.roles === undefined ? undefined : `role ${lead.role}`),
    stage: () => (email.stages === undefined ? undefined : `stage ${lead.stage}`),
    phase: () => (lead.phase === undefined ? undefined : `${lead.phase} at this stage`),
    place: () => named('place', email.places?.find((place) => isAt(place, lead))?.name),
    time: () => named('time', wordsOf(email.times?.find((season) => isIn(season, lead)))),
  };
  return fits.flatMap((fit) => words[fit]() ?? []);
}

const named = (what: string, name: string | undefined) => (name === undefined ? undefined : `${what} ${name}`);

/** Nobody known to be elsewhere, and nobody of whom nothing is known. */
const isAt = ({ countries, zones }: Place, { country, timeZone }: Circumstances): boolean =>
  countries.includes(country) || zones.some((zone) => isZone(zone, timeZone));

/** `America/*` is every zone there. */
const isZone = (zone: string, timeZone: string): boolean =>
  zone.endsWith('/*') ? timeZone.startsWith(zone.slice(0, -1)) : timeZone === zone;

/** Days of every year (`12-01`) may run over New Year; those of one year are dates. Both ends are part of it. */
function isIn({ from, to, working }: Season, lead: Circumstances): boolean {
  if (working !== undefined && lead.working !== working) return false;
  if (from === undefined || to === undefined) return true;
  const day = lead.date.slice(-from.length);
  return from <= to ? from <= day && day <= to : from <= day || day <= to;
}

function wordsOf(season: Season | undefined): string | undefined {
  if (season === undefined) return undefined;
  const { from, to, working } = season;
  const hours = working === undefined ? [] : [working ? 'working time' : 'outside working time'];
  return [...(from === undefined ? [] : [`${from} to ${to}`]), ...hours].join(', ');
}

/** Whether the email's dates are over for good, so that nobody gets it any more. */
export const isOver = ({ times }: EmailTemplate, { date }: Pick<Circumstances, 'date'>): boolean =>
  times?.every(({ to }) => to !== undefined && to.length === date.length && to < date) === true;
