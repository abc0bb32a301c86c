/** Writes iCalendar (RFC 5545): a feed of events that calendar programs subscribe to. */
import type { Instant } from '../core/time.ts';

export interface CalendarEvent {
  /** The same for as long as the event is about the same thing. */
  readonly uid: string;
  readonly at: Instant;
  readonly minutes: number;
  readonly title: string;
  /** May have several lines. */
  readonly description: string;
  readonly url: string | undefined;
  readonly category: string;
  readonly urgent: boolean;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
}

export interface CalendarFeed {
  readonly name: string;
  /** How often programs may ask, an ISO 8601 duration. */
  readonly refresh: string;
  readonly events: readonly CalendarEvent[];
}

/** RFC 5545, 3.3.5, form 2: UTC, so that no time zone has to be described. */
const utc = (at: Instant): string => `${new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '')}`;

/** RFC 5545, 3.3.11: a backslash before backslash, semicolon and comma; a line break is `\n`. No other control characters. */
const text = (value: string): string =>
  value
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not stand in a text.
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n');

const LINE_OCTETS = 75;

/** RFC 5545, 3.1: at most 75 octets a line, what is longer goes on after a space; no character is cut in two. */
function fold(line: string): string {
  const lines: string[] = [];
  let current = '';
  let octets = 0;
  for (const char of line) {
    const size = Buffer.byteLength(char);
    if (octets + size > LINE_OCTETS) {
      lines.push(current);
      current = ' ';
      octets = 1;
    }
    current += char;
    octets += size;
  }
  return [...lines, current].join('\r\n');
}

/** Grows with every change, as clients ask; all that changes an event here is told by `changedAt`. */
const sequence = ({ createdAt, changedAt }: CalendarEvent): number =>
  Math.max(0, Math.floor((changedAt - createdAt) / 1_000));

const eventLines = (event: CalendarEvent): string[] => [
  'BEGIN:VEVENT',
  `UID:${text(event.uid)}`,
  `DTSTAMP:${utc(event.changedAt)}`,
  `DTSTART:${utc(event.at)}`,
  `DURATION:PT${event.minutes}M`,
  `SUMMARY:${text(event.title)}`,
  `DESCRIPTION:${text(event.description)}`,
  // A URI is no text: it is written as it is.
  ...(event.url === undefined ? [] : [`URL:${new URL(event.url).href}`]),
  `CATEGORIES:${text(event.category)}`,
  `PRIORITY:${event.urgent ? 1 : 5}`,
  // A deadline keeps nobody busy.
  'TRANSP:TRANSPARENT',
  `CREATED:${utc(event.createdAt)}`,
  `LAST-MODIFIED:${utc(event.changedAt)}`,
  `SEQUENCE:${sequence(event)}`,
  'END:VEVENT',
];

/** The feed as text, lines ended by CRLF. */
export function icalendar({ name, refresh, events }: CalendarFeed): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Volley//Volley//EN',
    'CALSCALE:GREGORIAN',
    // RFC 7986, and what programs older than that read.
    `NAME:${text(name)}`,
    `X-WR-CALNAME:${text(name)}`,
    `REFRESH-INTERVAL;VALUE=DURATION:${refresh}`,
    `X-PUBLISHED-TTL:${refresh}`,
    ...events.flatMap(eventLines),
    'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}
