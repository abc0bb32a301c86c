/** Quiet hours and holidays on the lead's own clock, in every kind of zone and over changes of the clocks. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { dateOf, localDay } from '../../src/core/calendar.ts';
import type { Cadence, Playbook, Sending } from '../../src/core/playbook.ts';
import { inWindow, nextSlot, type Quiet, quietAt } from '../../src/core/send-window.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { anInstant, aWindow, aZone } from './support/arbitrary.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

const clock = (minute: number): string =>
  Temporal.PlainTime.from('00:00').add({ minutes: minute }).toString().slice(0, 5);
const hours = fc
  .tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 1, max: 1_200 }))
  .map(([from, length]) => ({ from: clock(from), to: clock(from + length) }));
/** Dates in a row and apart, by how many days they lie after a first one. */
const apart = fc.uniqueArray(fc.integer({ min: -2, max: 25 }), { maxLength: 8 });
const aQuiet = (from: number): fc.Arbitrary<Quiet> =>
  fc.record({ zone: aZone, hours: fc.option(hours, { nil: undefined }), apart }).map(({ zone, hours, apart }) => ({
    zone,
    ...(hours && { hours }),
    holidays: apart.map((n) => dateOf(localDay(zone, from) + n)),
  }));

/** By what a clock on the lead's wall and its calendar show, and nothing of how slots are found. */
function isQuiet({ zone, hours, holidays }: Pick<Quiet, 'zone' | 'hours' | 'holidays'>, at: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  if (holidays.includes(local.toPlainDate().toString())) return true;
  if (!hours) return false;
  const time = local.toPlainTime().toString();
  return hours.from < hours.to
    ? time >= `${hours.from}:00` && time < `${hours.to}:00`
    : time >= `${hours.from}:00` || time < `${hours.to}:00`;
}

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const spread = fc.constantFrom('rest' as const, 'daily' as const, 'none' as const, 'after' as const);

describe('quiet hours and holidays', () => {
  it('have no slot in them by the lead’s own clock, whatever zone the window is read in, and each touch has one soon', () => {
    fc.assert(
      fc.property(
        fc.tuple(aWindow, aZone, share, spread),
        anInstant.chain((from) => fc.tuple(fc.constant(from), aQuiet(from))),
        ([window, zone, own, how], [from, quiet]) => {
          const slot = nextSlot(window, zone, from, own, how, quiet);
          expect(slot).toBeGreaterThanOrEqual(from);
          expect(isQuiet(quiet, slot)).toBe(false);
          expect(inWindow(window, zone, slot, quiet)).toBe(true);
          // The last holiday, a week for the day of the window, and the days the clocks change.
          expect(slot - from).toBeLessThan(40 * DAY);
        },
      ),
      { numRuns: 8_000 },
    );
  });

  it('are never in the window at the moment of a send, and are said to be why', () => {
    fc.assert(
      fc.property(
        fc.tuple(aWindow, aZone),
        anInstant.chain((at) => fc.tuple(fc.constant(at), aQuiet(at))),
        ([window, zone], [at, quiet]) => {
          if (!isQuiet(quiet, at)) return;
          expect(inWindow(window, zone, at, quiet)).toBe(false);
          expect(quietAt(quiet, at)).toBeDefined();
        },
      ),
      { numRuns: 8_000 },
    );
  });

  it('change nothing where nothing is quiet', () => {
    fc.assert(
      fc.property(
        fc.tuple(aWindow, aZone, anInstant, share, spread),
        aZone,
        ([window, zone, from, own, how], theirs) => {
          const quiet = { zone: theirs, holidays: [] };
          expect(nextSlot(window, zone, from, own, how, quiet)).toBe(nextSlot(window, zone, from, own, how));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('leave the others of a window where they are, and spread those in them over the rest', () => {
    const window = { days: ['mon'], from: '08:00', to: '12:00', zones: ['lead'] } as const;
    const monday = Temporal.ZonedDateTime.from('2026-11-23T00:00[Asia/Kathmandu]').epochMilliseconds;
    const at = (own: number, quiet?: Quiet): string =>
      Temporal.Instant.fromEpochMilliseconds(nextSlot(window, 'Asia/Kathmandu', monday, own, 'daily', quiet))
        .toZonedDateTimeISO('Asia/Kathmandu')
        .toPlainTime()
        .toString()
        .slice(0, 5);
    const quiet = { zone: 'Asia/Kathmandu', hours: { from: '22:00', to: '10:00' }, holidays: [] };
    expect([0, 0.25, 0.5, 0.75].map((own) => at(own))).toEqual(['08:00', '09:00', '10:00', '11:00']);
    expect([0, 0.25, 0.5, 0.75].map((own) => at(own, quiet))).toEqual(['10:00', '10:30', '10:00', '11:00']);
  });

  it('read a window on the company’s clock on the lead’s own where it would never open', () => {
    const window = { days: ['mon'], from: '09:00', to: '11:00', zones: ['company'] } as const;
    const monday = Temporal.ZonedDateTime.from('2026-11-23T00:00[Europe/London]').epochMilliseconds;
    const quiet = { zone: 'America/Los_Angeles', hours: { from: '20:00', to: '08:00' }, holidays: [] };
    const slot = nextSlot(window, 'Europe/London', monday, 0.5, 'daily', quiet);
    const local = Temporal.Instant.fromEpochMilliseconds(slot).toZonedDateTimeISO('America/Los_Angeles');
    expect(local.toPlainDateTime().toString()).toBe('2026-11-23T10:00:00');
  });
});

const steps = inARow(email('one'), wait('w', 'P1D'), email('two'), wait('x', 'PT40H'), email('three'));
const of = (window: Cadence['window'], sending: Sending): Playbook =>
  playbook({
    cadences: { guide: cadence('guide', { window, entry: { when: always, again: { kind: 'once' } }, ...steps }) },
    emails: Object.fromEntries(['one', 'two', 'three'].map((id) => [id, template(id)])),
    sending,
  });
const ODD = ['Pacific/Chatham', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe', 'America/Havana'] as const;
/** Just before the clocks change in one of these, and in the week of a holiday. */
const aStart = fc.constantFrom('2026-03-06', '2026-04-03', '2026-09-25', '2026-10-02', '2026-10-30', '2026-12-22');

describe('a lead', () => {
  it('gets every mail of its cadence, none of them in quiet hours or on a holiday, however late its worker is', () => {
    const zones = fc.constantFrom(['lead', 'country', 'company'] as const, ['company'] as const);
    fc.assert(
      fc.property(
        fc.tuple(aWindow, zones, fc.option(hours, { nil: undefined })),
        fc.record({
          zone: fc.constantFrom('', ...ODD),
          country: fc.constantFrom('', 'DE', 'NP'),
          start: aStart,
          apart,
        }),
        fc.integer({ min: 0, max: 30 }),
        ([window, zones, hours], { zone, country, start, apart }, late) => {
          const from = Date.parse(`${start}T00:00:00Z`);
          const dates = apart.map((n) => dateOf(localDay('UTC', from) + n));
          const sending = { ...(hours && { quietHours: hours }), holidays: { DE: dates, GB: dates.slice(1) } };
          const lead = new PlayedLead(of({ ...window, zones }, sending), from, {
            lead: { ...leadFields, timeZone: zone, country },
          });
          for (let i = 0; i < 40; i++) {
            lead.playTo(lead.now + 2 * DAY);
            lead.now += late * HOUR;
            lead.look();
          }
          lead.playTo(lead.now + 60 * DAY);
          expect(lead.touches.map((t) => t.step)).toEqual(['one', 'two', 'three']);
          // Its own clock, else its country's, else the company's; its country's days, else the company's.
          const clocks = { '': 'Europe/London', DE: 'Europe/Berlin', NP: 'Asia/Kathmandu' };
          const quiet = {
            zone: zone || clocks[country],
            ...(hours && { hours }),
            holidays: { '': sending.holidays.GB, DE: sending.holidays.DE, NP: [] }[country],
          };
          for (const { at } of lead.touches) expect(isQuiet(quiet, at)).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('whose touch comes too late for the day is told why it waits', () => {
    const window = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '23:00', zones: ['lead'] } as const;
    const sending = { quietHours: { from: '20:00', to: '08:00' }, holidays: { DE: ['2026-12-25'] } };
    for (const [wakes, reason] of [
      ['2026-12-23T20:30:00Z', 'quiet-hours'],
      ['2026-12-25T10:00:00Z', 'holiday'],
      ['2026-12-26T10:00:00Z', 'outside-window'],
    ] as const) {
      const lead = new PlayedLead(of(window, sending), '2026-12-23T06:00:00Z');
      lead.look();
      lead.now = Date.parse(wakes);
      lead.look();
      expect(lead.journal.find((x) => x.type === 'touch.deferred')).toMatchObject({ reason });
      expect(lead.touches).toEqual([]);
    }
  });

  it('that stands at its touch keeps what is quiet as soon as a playbook says so', () => {
    const window = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', zones: ['lead'] } as const;
    const lead = new PlayedLead(of(window, {}), '2026-12-24T22:00:00Z');
    lead.look();
    lead.older.set('test-playbook', lead.playbook);
    lead.playbook = { ...of(window, { holidays: { DE: ['2026-12-25'] } }), hash: 'with-holidays' };
    lead.playTo('2026-12-29T22:00:00Z');
    expect(lead.touches[0]?.at).toBeGreaterThan(Date.parse('2026-12-28T07:59:00Z'));
  });
});
