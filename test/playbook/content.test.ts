import { describe, expect, it } from 'vitest';
import { compiled, guide, minimal, mistakes, warnings } from './support.ts';

/** A playbook with these lines in the front matter of emails of the topic `case`, and a step that picks it. */
const library = (fronts: Readonly<Record<string, string>>, { pick = '{ topic: case }', sections = '' } = {}) =>
  minimal(sections, {
    ...guide(`steps:\n  - { id: hi, email: hello }\n  - { id: p, pick: ${pick} }\n`),
    ...Object.fromEntries(
      Object.entries(fronts).map(([id, front]) => [
        `emails/${id}.md`,
        `---\nsubject: Hello\ntopic: case\nphase: thought-leadership\n${front}---\nHello\n`,
      ]),
    ),
  });
const REGIONS = 'regions: { dach: [DE, AT, CH], west: [America/*, Europe/Lisbon] }\n';

describe('places of an email', () => {
  it('are countries, time zones and regions of the playbook', () => {
    const { emails } = compiled(
      library({ a: 'places: [dach, GB, Asia/Tokyo]\n', b: 'places: [west]\n', c: '' }, { sections: REGIONS }),
    );
    expect(emails['a']?.places).toEqual([
      { name: 'dach', countries: ['DE', 'AT', 'CH'], zones: [] },
      { name: 'GB', countries: ['GB'], zones: [] },
      { name: 'Asia/Tokyo', countries: [], zones: ['Asia/Tokyo'] },
    ]);
    expect(emails['b']?.places).toEqual([{ name: 'west', countries: [], zones: ['America/*', 'Europe/Lisbon'] }]);
  });

  it('must exist', () => {
    const said = (places: string, sections = REGIONS) =>
      mistakes(library({ a: `places: [${places}]\n`, c: '' }, { sections }));
    expect(said('dahc')).toEqual([
      "emails/a.md:5:10 unknown region 'dahc', did you mean 'dach'? (expected one of dach, west)",
    ]);
    expect(said('dach', '')).toEqual([
      "emails/a.md:5:10 unknown region 'dach' (expected a region of playbook.yaml, a country such as GB, or a time zone such as Europe/Berlin or America/*)",
    ]);
    expect(said('XX')[0]).toContain("there is no place 'XX'");
    expect(said('Europe/Atlantis')[0]).toContain("there is no place 'Europe/Atlantis'");
    expect(said('Narnia/*')[0]).toContain("there is no place 'Narnia/*'");
    expect(said('GB, GB')[0]).toContain("the place 'GB' is there twice");
    expect(said('1.5')[0]).toContain('expected a country such as GB');
  });

  it('of a region are places, never another region', () => {
    const said = (sections: string) => mistakes(library({ a: 'places: [dach]\n', c: '' }, { sections }));
    expect(said('regions: { dach: [de] }\n')).toEqual([expect.stringContaining("'de' is no place")]);
    expect(said('regions: { dach: [] }\n')[0]).toContain('a list of places');
    expect(said('regions: { dach: [DE], gb: [GB] }\n')[0]).toContain("the region 'gb' reads as a country");
    expect(warnings(library({ c: '' }, { sections: REGIONS }))).toEqual([
      expect.stringContaining("no email is for the region 'dach'"),
      expect.stringContaining("no email is for the region 'west'"),
    ]);
  });
});

describe('times of an email', () => {
  const said = (times: string) => mistakes(library({ a: `times: [${times}]\n`, c: '' }));

  it('are days of every year, dates, or working time', () => {
    const times = '{ from: 11-15, to: 01-10 }, { from: 2026-11-01, to: 2026-12-24, working: true }, { working: false }';
    expect(compiled(library({ a: `times: [${times}]\n`, c: '' })).emails['a']?.times).toEqual([
      { from: '11-15', to: '01-10' },
      { from: '2026-11-01', to: '2026-12-24', working: true },
      { working: false },
    ]);
  });

  it('have a beginning and an end of one kind, and somebody must get it', () => {
    expect(said('{ from: 11-15 }')[0]).toMatch(/^emails\/a\.md:5:17 .*here is no 'to'/);
    expect(said('{ to: 11-15 }')[0]).toContain("here is no 'from'");
    expect(said('{}')[0]).toContain('this time is always');
    expect(said('{ from: 11-15, to: 2026-12-01 }')[0]).toContain('one end is of every year');
    expect(said('{ from: 2026-12-01, to: 2026-11-30 }')[0]).toContain(
      'nobody gets it: 2026-11-30 is before 2026-12-01',
    );
    expect(said('{ from: 02-30, to: 03-01 }')[0]).toContain('a day of every year as MM-DD');
    expect(said('{ from: 02-29, to: 02-29 }')).toEqual([]);
    expect(said('{ from: summer, to: 09-01 }')[0]).toContain('a day of every year as MM-DD');
  });
});

describe('a choice', () => {
  const WHERE = 'cadences/guide.yaml:5:20';

  it('must have something for everybody, or say what follows', () => {
    const swiss = { a: 'places: [CH]\n' };
    expect(mistakes(library(swiss))).toEqual([
      `${WHERE} no email of the topic 'case' is for leads in no known place (expected an email without this limit, or 'onExhausted: continue' (or end) beside it)`,
    ]);
    expect(mistakes(library({ ...swiss, b: '' }))).toEqual([]);
    expect(mistakes(library(swiss, { pick: '{ topic: case, fits: [role, stage] }' }))).toEqual([]);
    expect(mistakes(library(swiss, { pick: '{ topic: case }, onExhausted: continue' }))).toEqual([]);
  });

  it('is tried for every season, place and stage together', () => {
    const seasons = { a: 'times: [{ from: 11-15, to: 01-10 }]\n', b: 'times: [{ from: 01-11, to: 11-13 }]\n' };
    expect(mistakes(library(seasons))[0]).toContain('is for leads on 11-14 (');
    expect(mistakes(library({ ...seasons, c: 'times: [{ from: 11-14, to: 11-14 }]\n' }))).toEqual([]);
    const hours = { a: 'times: [{ working: true }]\n' };
    expect(mistakes(library(hours))[0]).toContain('outside working time');
    expect(
      mistakes(library({ ...hours, b: 'times: [{ working: false }]\nplaces: [GB]\n', c: 'places: [FR]\n' }))[0],
    ).toContain('outside working time');
    expect(mistakes(library({ a: 'times: [{ from: 2026-11-01, to: 2026-12-24 }]\n' }))[0]).toContain('is for leads on');
  });

  it('may leave out roles and stages without a word, as before', () => {
    expect(mistakes(library({ a: 'roles: [it]\nstages: [evaluating]\n' }))).toEqual([]);
  });

  it('must be reachable: an email whose phase no step asks of its leads is a mistake', () => {
    const stages = (text: string) => ({
      ...library({ a: '', b: 'stages: [exploring]\n' }, { pick: '{ topic: case }, onExhausted: end' }),
      'playbook.yaml':
        minimal()['playbook.yaml']?.replace('{ id: exploring }', `{ id: exploring, phase: ${text} }`) ?? '',
    });
    expect(mistakes(stages('thought-leadership'))).toEqual([]);
    expect(mistakes(stages('call-to-action'))).toEqual([
      "emails/b.md:4:8 no step can choose this email: where 'case' is picked for leads it is for, thought-leadership is not asked for (expected the other phase, another stage, or a step that picks this one)",
    ]);
    const phased = '{ topic: case, phase: call-to-action }, onExhausted: end';
    expect(mistakes(library({ a: '' }, { pick: phased }))[0]).toContain('no step can choose this email');
  });
});
