/** Places and times that emails name: whether there are such, and whether anybody can be there then. */
import { isCountry, isZone } from '../../core/zones.ts';
import { didYouMean, oneOfNames } from '../nearest.ts';
import { Raw } from '../raw.ts';
import { yearDay } from '../schemas/scalars.ts';
import type { Workspace } from '../workspace.ts';
import { mustBeUnique, type Report } from './references.ts';

export function checkContent({ playbook, emails }: Workspace, report: Report): void {
  const regions = Raw.of(playbook).get('regions');
  const names = playbook.broken ? undefined : new Set(regions.entries().map(([name]) => name));
  const used = new Set<string>();
  for (const [name, region] of regions.entries()) {
    mustBeUnique('place', region.items(), report);
    for (const place of region.items()) {
      if (isName(place)) report.problems.push(place.problem(`'${place.text}' is no place`, COUNTRY_OR_ZONE));
      else mustBePlace(place, report);
    }
    if (isCountry(name.toUpperCase()))
      report.problems.push(region.problem(`the region '${name}' reads as a country`, 'another name', 'key'));
  }
  for (const { source } of emails) {
    const places = Raw.of(source).get('places').items();
    mustBeUnique('place', places, report);
    for (const place of places) {
      const { text = '' } = place;
      if (!isName(place)) mustBePlace(place, report);
      else if (names?.has(text)) used.add(text);
      else if (names !== undefined) {
        const message = `unknown region '${text}'${didYouMean(text, names)}`;
        report.problems.push(
          place.problem(message, oneOfNames(names, `a region of playbook.yaml, ${COUNTRY_OR_ZONE}`)),
        );
      }
    }
    for (const season of Raw.of(source).get('times').items()) checkSeason(season, report);
  }
  for (const [name, region] of regions.entries()) {
    if (!used.has(name))
      report.warnings.push(region.problem(`no email is for the region '${name}'`, 'an email that names it', 'key'));
  }
}

const COUNTRY_OR_ZONE = 'a country such as GB, or a time zone such as Europe/Berlin or America/*';
const isName = ({ text }: Raw): boolean => text !== undefined && /^[a-z0-9]/.test(text);

function mustBePlace(place: Raw, report: Report): void {
  const { text } = place;
  if (text === undefined) return;
  const known = /^[A-Z]{2}$/.test(text) ? isCountry(text) : isZone(text);
  if (!known) report.problems.push(place.problem(`there is no place '${text}'`, COUNTRY_OR_ZONE));
}

/** Beginning and end go together, are of one kind, and of dates the end comes after. */
function checkSeason(season: Raw, report: Report): void {
  const [from, to] = [season.get('from'), season.get('to')];
  if (typeof season.value === 'object' && !season.has('from') && !season.has('to') && !season.has('working')) {
    report.problems.push(season.problem('this time is always', "'from' and 'to', 'working', or both"));
  }
  for (const [one, other, name] of [
    [from, to, 'to'],
    [to, from, 'from'],
  ] as const) {
    if (one.text !== undefined && other.value === undefined)
      report.problems.push(
        one.problem(`a time has a beginning and an end, and here is no '${name}'`, `'${name}' beside it`),
      );
  }
  if (!isDay(from) || !isDay(to)) return;
  const [first, last] = [from.text ?? '', to.text ?? ''];
  if (first.length !== last.length) {
    report.problems.push(to.problem('one end is of every year, the other of one', `'to' written as ${first} is`));
  } else if (first.length > 5 && last < first) {
    report.problems.push(to.problem(`nobody gets it: ${last} is before ${first}`, `a date from ${first} on`));
  }
}

const isDay = ({ text }: Raw): boolean => yearDay.safeParse(text).success;
