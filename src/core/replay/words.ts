/** A difference in the reader's terms. No text that a person wrote, no address: this is printed where others read. */
import { REASONS } from '../reasons.ts';
import { dayAndTime, inner } from '../words.ts';
import type { Difference } from './compare.ts';
import { sameData } from './recording.ts';

export interface DifferenceWords {
  readonly what: string;
  /** `nothing` where there was none. */
  readonly was: string;
  readonly now: string;
}

const NOTHING = 'nothing';
/** Leaves of a value shown; more say less. */
const MOST_LEAVES = 4;

/** @param zone the one times are read in, the company's */
export function differenceWords({ what, was, now }: Difference, zone: string): DifferenceWords {
  if (was === undefined || now === undefined) {
    return { what, was: partWords(was, zone), now: partWords(now, zone) };
  }
  const a = leavesOf(was);
  const b = leavesOf(now);
  const paths = [...new Set([...a.keys(), ...b.keys()])].filter((path) => !sameData(a.get(path), b.get(path)));
  const shown = paths.slice(0, MOST_LEAVES);
  const more = paths.length > shown.length ? `, and ${paths.length - shown.length} more` : '';
  const side = (of: ReadonlyMap<string, unknown>): string =>
    shown.map((path) => [path, leafWords(path, of.get(path), zone)].filter(Boolean).join(' ')).join(', ') + more;
  return { what: named(what, was, now), was: side(a), now: side(b) };
}

/** Which of its kind, where both say the same. */
function named(what: string, was: unknown, now: unknown): string {
  const place = placeOf(was);
  return place !== '' && place === placeOf(now) ? `${what} at ${place}` : what;
}

function partWords(value: unknown, zone: string): string {
  if (value === undefined) return NOTHING;
  const leaves = leavesOf(value);
  const reason = leaves.get('entry.reason') ?? leaves.get('reason');
  const why = typeof reason === 'string' ? reasonWords(reason) : '';
  const at = ['at', 'entry.at', 'touch.at', 'task.openedAt'].map((path) => leaves.get(path)).find(isInstant);
  const parts = [placeOf(value), why, at === undefined ? '' : dayAndTime(at, zone)].filter((part) => part !== '');
  if (parts.length > 0) return parts.join(', ');
  const shown = [...leaves].slice(0, MOST_LEAVES);
  return shown.map(([path, leaf]) => [path, leafWords(path, leaf, zone)].filter(Boolean).join(' ')).join(', ');
}

const sentences: Readonly<Record<string, string>> = REASONS;
const reasonWords = (reason: string): string => {
  const sentence = sentences[reason];
  return sentence === undefined ? reason : `${reason}: ${inner(sentence)}`;
};

/** `evaluation-guide / welcome`. */
function placeOf(value: unknown): string {
  const leaves = leavesOf(value);
  const one = (name: string): unknown =>
    leaves.get(name) ?? leaves.get(`entry.${name}`) ?? leaves.get(`touch.${name}`) ?? leaves.get(`task.${name}`);
  return [one('cadence'), one('step')].filter((part) => typeof part === 'string').join(' / ');
}

/** Every plain value by its path. */
function leavesOf(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  const entries = Object.entries(value);
  if (entries.length === 0) return new Map([[path, Array.isArray(value) ? 'empty' : 'none']]);
  return new Map(entries.flatMap(([key, one]) => [...leavesOf(one, path === '' ? key : `${path}.${key}`)]));
}

/** From September 2001 to 2286, in epoch ms. */
const isInstant = (value: unknown): value is number => typeof value === 'number' && value > 1e12 && value < 1e13;

/** Under these stands what people wrote. */
const WRITTEN = /(^|\.)(note|facts|text|said|detail|title|body|context|story|draft|subject|name)(\.|$)/;
const ID = /^[\w./:, +-]{1,80}$/;

function leafWords(path: string, value: unknown, zone: string): string {
  if (value === undefined) return NOTHING;
  if (isInstant(value)) return dayAndTime(value, zone);
  if (typeof value !== 'string') return String(value);
  return WRITTEN.test(path) || !ID.test(value) ? '(text)' : value;
}
