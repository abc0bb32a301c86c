/**
 * What `pick` steps have to choose from: somebody for whom nothing is there, and emails that nobody can get.
 * Every kind of lead that the emails of a topic tell apart is tried, by the functions that choose when sending.
 */
import type { Fit } from '../../core/content.ts';
import type { EmailTemplate, PickStep, Playbook } from '../../core/playbook.ts';
import { type Circumstances, fitsOf, mayPick, unfitOf } from '../../core/suits.ts';
import { countryOfZone, zoneOfCountry } from '../../core/zones.ts';
import { eachStep } from '../later.ts';
import { Raw } from '../raw.ts';
import { cadenceId, type Workspace } from '../workspace.ts';
import type { Report } from './references.ts';

/** Kinds of leads tried for one topic: more are told apart by nobody who writes emails. */
const MOST_KINDS = 20_000;

/** @param playbook without any other mistake */
export function checkChoices(playbook: Playbook, { cadences, emails }: Workspace, report: Report): void {
  const reached = new Set<string>();
  const picked = new Set<string>();
  for (const source of cadences) {
    const cadence = playbook.cadences[cadenceId(source)];
    eachStep(Raw.of(source).get('steps'), (raw) => {
      const step = cadence?.steps[raw.get('id').text ?? ''];
      if (step?.kind === 'email') reached.add(step.email);
      if (step?.kind !== 'pick') return;
      picked.add(step.topic);
      checkStep(step, raw, playbook, reached, report);
    });
  }
  for (const { id, source } of emails) {
    const { topic, phase } = playbook.emails[id] ?? {};
    if (topic === undefined || !picked.has(topic) || reached.has(id)) continue;
    const message = `no step can choose this email: where '${topic}' is picked for leads it is for, ${phase} is not asked for`;
    const expected = 'the other phase, another stage, or a step that picks this one';
    report.problems.push(Raw.of(source).get('phase').problem(message, expected));
  }
}

function checkStep(step: PickStep, raw: Raw, playbook: Playbook, reached: Set<string>, report: Report): void {
  const all = Object.values(playbook.emails).filter(({ topic }) => topic === step.topic);
  if (all.length === 0) return;
  let nobody: Circumstances | undefined;
  for (const lead of kindsOf(all, playbook)) {
    const suiting = all.filter((email) => mayPick(step, email, lead));
    for (const { id } of suiting) reached.add(id);
    if (suiting.length === 0 && isLimited(step, all, lead)) nobody ??= lead;
  }
  if (nobody === undefined || raw.has('onExhausted')) return;
  const who = wordsOf(nobody, step, all);
  report.problems.push(
    raw
      .get('pick')
      .problem(
        `no email of the topic '${step.topic}' is for ${who}`,
        "an email without this limit, or 'onExhausted: continue' (or end) beside it",
      ),
  );
}

/** Roles and stages may leave somebody out; it is phase, place or time that left this lead with nothing. */
function isLimited(step: PickStep, all: readonly EmailTemplate[], lead: Circumstances): boolean {
  const fits = step.fits.filter((fit) => fit === 'role' || fit === 'stage');
  return all.some((email) => unfitOf(email, lead, fits) === undefined);
}

/** Who is left with nothing, by what the emails tell apart. */
function wordsOf(lead: Circumstances, step: PickStep, all: readonly EmailTemplate[]): string {
  const fits = fitsOf(step);
  const asked = (fit: Fit, key: 'roles' | 'stages' | 'places' | 'times') =>
    fits.includes(fit) && all.some((email) => email[key] !== undefined);
  const phase = step.phase ?? (fits.includes('phase') ? lead.phase : undefined);
  const place = lead.country || lead.timeZone || 'no known place';
  return [
    'leads',
    asked('role', 'roles') ? `of ${lead.role === '' ? 'any other role' : `the role ${lead.role}`}` : '',
    asked('stage', 'stages') || (phase !== undefined && step.phase === undefined) ? `at ${lead.stage}` : '',
    phase === undefined ? '' : `who should get ${phase}`,
    asked('place', 'places') ? `in ${place}` : '',
    asked('time', 'times') ? `on ${lead.date.slice(5)}${lead.working ? '' : ' outside working time'}` : '',
  ]
    .filter((word) => word !== '')
    .join(' ');
}

/** Leads these emails tell apart, one of a kind. */
function* kindsOf(emails: readonly EmailTemplate[], { stages }: Playbook): Generator<Circumstances> {
  const kinds = <T>(all: readonly T[], fit: Fit, lead: (one: T) => Partial<Circumstances>): T[] => {
    const seen = new Set<string>();
    return all.filter((one) => {
      const key = emails.map((email) => unfitOf(email, { ...NOBODY, ...lead(one) }, [fit]) ?? '+').join();
      return !seen.has(key) && seen.add(key);
    });
  };
  const roles = kinds(['', ...emails.flatMap((email) => email.roles ?? [])], 'role', (role) => ({ role }));
  const places = kinds(placesOf(emails), 'place', (place) => place);
  const times = kinds(timesOf(emails), 'time', (time) => time);
  let left = MOST_KINDS;
  for (const { id: stage, phase } of stages)
    for (const role of roles)
      for (const place of places)
        for (const time of times) {
          if (left === 0) return;
          left -= 1;
          yield { ...NOBODY, stage, ...(phase && { phase }), role, ...place, ...time };
        }
}

const NOBODY: Circumstances = { role: '', stage: '', country: '', timeZone: '', date: '2400-01-01', working: true };

function placesOf(emails: readonly EmailTemplate[]): Pick<Circumstances, 'country' | 'timeZone'>[] {
  const places = emails.flatMap((email) => email.places ?? []);
  return [
    { country: '', timeZone: '' },
    ...places.flatMap(({ countries }) =>
      countries.map((country) => ({ country, timeZone: zoneOfCountry(country) ?? '' })),
    ),
    ...places.flatMap(({ zones }) =>
      zones.map((zone) => ({ country: countryOfZone(zone) ?? '', timeZone: zone.replace('*', 'Anywhere') })),
    ),
  ];
}

/** Every day on which a time begins, and the day after each ends, in a year that nobody names and in those they do. */
function timesOf(emails: readonly EmailTemplate[]): Pick<Circumstances, 'date' | 'working'>[] {
  const seasons = emails.flatMap(({ times = [] }) => times);
  const ends = seasons.flatMap(({ from = '01-01', to = '12-31' }) => [from, dayAfter(to)]);
  const years = [...new Set(['2400', ...ends.filter((day) => day.length > 5).map((day) => day.slice(0, 4))])];
  const days = [...new Set(['01-01', ...ends.map((day) => day.slice(-5))])];
  return years.flatMap((year) =>
    days.flatMap((day) => [true, false].map((working) => ({ date: `${year}-${day}`, working }))),
  );
}

function dayAfter(day: string): string {
  const at = new Date(`${day.length === 5 ? `2400-${day}` : day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10).slice(-day.length);
}
