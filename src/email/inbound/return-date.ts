/** When somebody who is away says to be back: the day their automatic reply names. */
import { DAY, type Instant } from '../../core/time.ts';
import { monthOf, NEXT_WEEK, plain, TOMORROW, WEEKDAY, weekdayOf } from './calendar-words.ts';

export interface ReturnDay {
  /** `2026-12-03`. */
  readonly day: string;
  /** It is the last day away (`until`), not the first one back. */
  readonly away: boolean;
}

export interface Anchor {
  /** When the message was written, epoch ms. */
  readonly at: Instant;
  /** The sender's clock: minutes east of UTC. */
  readonly offset?: number | undefined;
}

/** Nobody is away for longer; a day further off is a misread one. */
const LONGEST = 370;
/** Replies say it early on; what follows is signature and disclaimer. */
const READ_MAX = 4_000;

/** Days since 1970. */
type Day = number;
interface Found {
  readonly from: number;
  readonly to: number;
  readonly day: Day;
  /** The end of a span written as one: `Nov 23 - 27`. */
  readonly last?: boolean;
}

/** The day this text names, as of the message; undefined when it names none that can be. */
export function returnDay(text: string, { at, offset = 0 }: Anchor): ReturnDay | undefined {
  const today = Math.floor((at + offset * 60_000) / DAY);
  const words = plain(text.slice(0, READ_MAX)).replace(/\s/g, ' ');
  const dates = findDates(words, today, offset);
  const read = dates.map((date, n) => ({
    ...date,
    says: meaningOf(words, date, dates[n - 1]?.to ?? 0, dates[n + 1]?.from ?? words.length),
  }));
  const possible = read.filter(({ day, says }) => says !== 'leaves' && day >= today && day <= today + LONGEST);
  const told =
    possible.findLast(({ says }) => says === 'back') ?? latest(possible.filter(({ says }) => says === 'away'));
  const best = told ?? (read.length > 0 ? latest(possible) : undefined);
  if (best) return { day: isoDay(best.day), away: best.says === 'away' };
  return dates.length > 0 ? undefined : relativeDay(words, today);
}

const latest = <T extends { readonly day: Day }>(dates: readonly T[]): T | undefined =>
  dates.reduce<T | undefined>((best, one) => (best === undefined || one.day > best.day ? one : best), undefined);

const isoDay = (day: Day): string => new Date(day * DAY).toISOString().slice(0, 10);

const BACK =
  /\b(?:back\b|return|again\b|resum|wieder|zuruck|retour|revien|rejoin|reprise|reprend|de vuelta|regres|volver|vuelv|incorpor|rientr|rientro|torner|di ritorno|di nuovo|nuovamente|terug|weer\b|opnieuw|voltar|volto|de volta|retorn|wrac|wroc|powrot|ponownie|zpet|vrat|opet|ater\b|tillbaka|tilbage|tilbake|igen\b|igjen|palaan|takaisin|jalleen)/;
const AWAY =
  /(?:\buntil|\btill?\b|\bthrough|\bthru|\bup to|\bbis\b|\bjusqu'?|\bhasta|\bfino|\btot\b|t\/m|\bate\b|\bal\b|\bau\b|\bdo\b|\bt\.?o\.?m\.?|\btil\b|\bto\b|[-–])\s*(?:(?:and|og|och|en) (?:including|med)|einschlies+lich|inclu(?:ding|sive)|inklusive|compris|e compreso|zum|zu|den|dem|der|al?|au|a|el|il|le|o|op|met|med|ao|an?|the|dnia|dne|\w+(?:day|tag|dag|di|es),?|mercredi,?|mittwoch,?|domingo,?)*[\s,]*(?:(?:den|dem|the|el|le)\s+)?$/;
const AWAY_AFTER = /^\s*(?:まで|asti|saakka|inclusive|inkl|einschlies+lich|inclus|tot en met)/;
const LEAVES =
  /(?:\bfrom|\bstarting|\bbetween|\bvon|\bvom|\bab|\bdu|\bdesde|\bdal(?:l')?|\bvan(?:af)?|\bde|\bdel|\bod|\bfran|\bfra|\bsince|\bseit|\bdepuis)\s+(?:(?:dem|den|the|le|el|op|dnia|dne|\w+(?:day|tag|dag|di|es)),?\s*)*$/;

/** What a date stands for, by the words about it that belong to no other date. */
function meaningOf(
  words: string,
  { from, to, last }: Found,
  after: number,
  next: number,
): 'back' | 'away' | 'leaves' | 'date' {
  const before =
    words
      .slice(Math.max(after, from - 90), from)
      .split(/[.!?;] /)
      .at(-1) ?? '';
  const behind = words.slice(to, Math.min(next, to + 50)).split(/[.!?;](?: |$)/)[0] ?? '';
  const until = last === true || AWAY.test(before) || /[至到]\s*$/.test(before) || AWAY_AFTER.test(behind);
  // `I will not be back until` is the day of the return.
  if (BACK.test(before) || (!until && BACK.test(behind) && !/^\s*(?:bis|to|until|-|–|au|al)\b/.test(behind)))
    return 'back';
  if (until) return 'away';
  return LEAVES.test(before) ? 'leaves' : 'date';
}

interface Parts {
  readonly d: string;
  readonly m: number;
  readonly y?: string | undefined;
}

function findDates(words: string, today: Day, offset: number): Found[] {
  const found: Found[] = [];
  const add = (match: RegExpExecArray, { last, ...parts }: Parts & { last?: boolean }): void => {
    const day = dayOf(parts, today);
    const to = match.index + match[0].length;
    if (day === undefined || found.some((one) => match.index < one.to && one.from < to)) return;
    found.push({ from: match.index, to, day, ...(last && { last }) });
  };
  for (const m of all(words, /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/g)) add(m, { y: m[1], m: Number(m[2]), d: m[3] ?? '' });
  for (const m of all(words, /(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]/g))
    add(m, { y: m[1], m: Number(m[2]), d: m[3] ?? '' });
  const range = '(?:\\s?(?:-|–|to|and|until|through)\\s?(\\d{1,2})(?:st|nd|rd|th)?(?![\\d:]|\\.\\d|\\s?[a-z]))?';
  for (const m of all(
    words,
    new RegExp(
      `\\b([a-z]{3,12})\\.? (\\d{1,2})(?:st|nd|rd|th)?(?![\\d:.]\\d|\\d|\\. ?[a-z]{3,9} \\d)${range}(?:,? ?(\\d{4}))?\\b`,
      'g',
    ),
  )) {
    const month = monthOf(m[1] ?? '');
    if (month !== undefined) add(m, { d: m[3] ?? m[2] ?? '', m: month, y: m[4], last: m[3] !== undefined });
  }
  for (const m of all(
    words,
    /\b(\d{1,2})(?:st|nd|rd|th|er|re|e|o|a|[.ºª°])?[\s-]*(?:of |de |del |di |den |d')?([a-z]{3,12})\.?(?:,?[\s-]*(?:de |del )?(\d{4}))?/g,
  )) {
    const month = monthOf(m[2] ?? '');
    if (month !== undefined) add(m, { d: m[1] ?? '', m: month, y: m[3] });
  }
  for (const m of all(
    words,
    /\b(\d{1,2})\. ?(\d{1,2})\.? ?(\d{4}|\d{2}(?![\d:.]))?(?![\d:]| ?(?:uhr|h\b|am\b|pm\b|%))/g,
  ))
    add(m, { d: m[1] ?? '', m: Number(m[2]), y: m[3] });
  for (const m of all(words, /\b(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d/:-])/g)) {
    if (m[2] === '-' && m[4] === undefined) continue;
    const [a, b] = [Number(m[1]), Number(m[3])];
    const [dayFirst, monthFirst] = [
      { d: String(a), m: b, y: m[4] },
      { d: String(b), m: a, y: m[4] },
    ];
    if (b > 12 || (a <= 12 && m[2] === '/' && isAmerican(words, offset))) add(m, monthFirst);
    // A clock at UTC is a server's as often as a Briton's: whichever comes sooner.
    else if (m[2] === '/' && offset === 0 && isEnglish(words)) add(m, sooner(dayFirst, monthFirst, today));
    else add(m, dayFirst);
  }
  return found.sort((x, y) => x.from - y.from);
}

function* all(text: string, pattern: RegExp): Generator<RegExpExecArray> {
  for (let m = pattern.exec(text); m !== null; m = pattern.exec(text)) yield m;
}

const isEnglish = (words: string): boolean => /\b(?:the|office|out|will|return|from|until|and)\b/.test(words);

/** `12/03` is December in an English text from the Americas, and March anywhere else. */
const isAmerican = (words: string, offset: number): boolean => offset <= -180 && offset >= -660 && isEnglish(words);

function sooner(one: Parts, other: Parts, today: Day): Parts {
  const [a, b] = [dayOf(one, today), dayOf(other, today)];
  if (b === undefined || b < today) return one;
  return a === undefined || a < today || b < a ? other : one;
}

/** The day; without a year the next one from a week ago on, since a reply tells of what is to come. */
function dayOf({ d, m, y }: Parts, today: Day): Day | undefined {
  const date = Number(d);
  if (m < 1 || m > 12 || date < 1 || date > 31) return undefined;
  const inYear = (year: number): Day | undefined => {
    const at = new Date(Date.UTC(year, m - 1, date));
    return at.getUTCDate() === date ? at.getTime() / DAY : undefined;
  };
  if (y !== undefined) return inYear(y.length === 2 ? 2000 + Number(y) : Number(y));
  const year = new Date(today * DAY).getUTCFullYear();
  const day = inYear(year);
  return day !== undefined && day < today - 60 ? inYear(year + 1) : day;
}

/** `back on Monday`, `wieder ab morgen`: only with a word of coming back or being away before it. */
function relativeDay(words: string, today: Day): ReturnDay | undefined {
  for (const sentence of words.split(/[.!?;]\s/)) {
    const away = /\b(?:until|till|bis|jusqu|hasta|fino|tot|ate|through)\b/.test(sentence);
    if (!BACK.test(sentence) && !away) continue;
    const back = BACK.test(sentence);
    const name = sentence.match(WEEKDAY)?.at(-1);
    const weekday = name === undefined ? undefined : weekdayOf(name);
    // 1 January 1970 was a Thursday; a day's name is the next one of it, never today.
    const of = ((today + 3) % 7) + 1;
    if (weekday !== undefined) return { day: isoDay(today + (((weekday - of + 6) % 7) + 1)), away: away && !back };
    if (NEXT_WEEK.test(sentence)) return { day: isoDay(today + (8 - of)), away: false };
    if (TOMORROW.test(sentence)) return { day: isoDay(today + 1), away: away && !back };
  }
  return undefined;
}
