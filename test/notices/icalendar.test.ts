/** Whatever is in a task, the feed is iCalendar and says it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CalendarEvent, icalendar } from '../../src/notices/icalendar.ts';
import { parseIcs, textOf } from './ics.ts';

const AT = Date.UTC(2026, 10, 24, 9, 5, 7);
const event = (more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  uid: 'task-1@volley.example',
  at: AT,
  minutes: 15,
  title: 'Call Ada',
  description: 'Why',
  url: 'https://volley.example/a/token',
  category: 'call',
  urgent: false,
  createdAt: AT - 3_600_000,
  changedAt: AT - 3_600_000,
  ...more,
});
const feed = (...events: CalendarEvent[]) =>
  parseIcs(Buffer.from(icalendar({ name: 'Tasks', refresh: 'PT15M', events })));

test('an event has what RFC 5545 asks for, its times in UTC', () => {
  const calendar = feed(event());
  expect([calendar.name, calendar.properties.get('VERSION'), calendar.properties.get('PRODID')]).toEqual([
    'VCALENDAR',
    '2.0',
    '-//Volley//Volley//EN',
  ]);
  expect(Object.fromEntries(calendar.inside[0]?.properties ?? [])).toMatchObject({
    UID: 'task-1@volley.example',
    DTSTAMP: '20261124T080507Z',
    DTSTART: '20261124T090507Z',
    DURATION: 'PT15M',
    'LAST-MODIFIED': '20261124T080507Z',
    SEQUENCE: '0',
    URL: 'https://volley.example/a/token',
  });
});

test('what changes later has a higher sequence', () => {
  const sequence = (changedAt: number): number =>
    Number(feed(event({ changedAt })).inside[0]?.properties.get('SEQUENCE'));
  expect(sequence(AT)).toBeGreaterThan(sequence(AT - 3_600_000));
});

test('any text at all comes out as it went in, in lines of at most 75 octets', () => {
  const said = fc.string({ unit: 'binary', maxLength: 300 });
  const nasty = fc.array(
    fc.constantFrom('\\', ';', ',', '\n', '\r\n', 'ü', '漢', '👩‍💻', 'n', ':', '"', 'END:VEVENT', ' '),
    {
      maxLength: 80,
    },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        said,
        nasty.map((parts) => parts.join('')),
      ),
      (text) => {
        const found = feed(event({ title: text, description: text })).inside[0]?.properties;
        // Line breaks are one, and other control characters cannot be said.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is about.
        const kept = text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
        expect(textOf(found?.get('SUMMARY'))).toBe(kept);
        expect(textOf(found?.get('DESCRIPTION'))).toBe(kept);
      },
    ),
  );
});
