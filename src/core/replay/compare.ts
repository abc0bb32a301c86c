/** What differs between two decisions about the same wake, part by part. Pure. */
import { type Outcome, sameData, textOf } from './recording.ts';

/** One part that differs; a part that only one of them has is absent in the other. */
export interface Difference {
  /** What kind of part: `touch`, `wake`, `journal:touch.sent`, `task.open:call`, `state:custody`, `order` … */
  readonly what: string;
  readonly was?: unknown;
  readonly now?: unknown;
}

/** States after a decision, as plain data of the same version. */
interface After {
  readonly was: Readonly<Record<string, unknown>>;
  readonly now: Readonly<Record<string, unknown>>;
}

/** Numbers that follow from the rest; a difference of them alone says nothing, one of the rest says it better. */
const COUNTERS: ReadonlySet<string> = new Set(['v', 'seq', 'journal', 'at']);

/** Empty when both decided the same. */
export function differences(was: Outcome, now: Outcome, after: After): Difference[] {
  const before = byKind(partsOf(was));
  const there = byKind(partsOf(now));
  const kinds = [...new Set([...before.keys(), ...there.keys()])];
  const parts = kinds.flatMap((what) => paired(what, before.get(what) ?? [], there.get(what) ?? []));
  const keys = [...new Set([...Object.keys(after.was), ...Object.keys(after.now)])].filter((key) => !COUNTERS.has(key));
  const states = keys.flatMap((key) => paired(`state:${key}`, only(after.was, key), only(after.now, key)));
  if (parts.length > 0 || sameData(was.effects.map(unnumbered), now.effects.map(unnumbered))) {
    return [...parts, ...states];
  }
  return [{ what: 'order', was: was.effects.map(nameOf), now: now.effects.map(nameOf) }, ...states];
}

interface Part {
  readonly what: string;
  readonly value: unknown;
}

type Effect = Outcome['effects'][number];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function partsOf({ effects, applied, touch, wake, held, notices }: Outcome): Part[] {
  const types = new Map(effects.flatMap((effect) => numberOf(effect)));
  return [
    ...(touch === undefined ? [] : [{ what: 'touch', value: touch }]),
    ...effects.map((effect) => ({ what: nameOf(effect), value: unnumbered(effect) })),
    ...notices.map(({ seq, to }) => ({ what: 'notice', value: { to, of: types.get(seq) } })),
    ...applied.map((id) => ({ what: 'applied', value: id })),
    ...(held === undefined ? [] : [{ what: 'held', value: held }]),
    ...(wake === null ? [] : [{ what: 'wake', value: wake }]),
  ];
}

function nameOf({ kind, entry, task }: Effect): string {
  if (kind === 'journal' && isObject(entry)) return `journal:${String(entry['type'])}`;
  if (kind === 'task.open' && isObject(task)) return `task.open:${String(task['kind'])}`;
  return kind;
}

/** One entry more would give all after it another number, which is no difference of theirs. */
function unnumbered(effect: Effect): unknown {
  const { entry } = effect;
  if (effect.kind !== 'journal' || !isObject(entry)) return effect;
  const { seq: _, ...rest } = entry;
  return rest;
}

const numberOf = ({ entry }: Effect): [number, unknown][] =>
  isObject(entry) && typeof entry['seq'] === 'number' ? [[entry['seq'], entry['type']]] : [];

function byKind(parts: readonly Part[]): Map<string, unknown[]> {
  const kinds = new Map<string, unknown[]>();
  for (const { what, value } of parts) kinds.set(what, [...(kinds.get(what) ?? []), value]);
  return kinds;
}

const only = (of: Readonly<Record<string, unknown>>, key: string): unknown[] => (key in of ? [of[key]] : []);

/** What both have is no difference; what is left stands side by side in its order. */
function paired(what: string, was: readonly unknown[], now: readonly unknown[]): Difference[] {
  const left = now.map((value) => ({ value, text: textOf(value) }));
  const gone = was.filter((value) => {
    const at = left.findIndex(({ text }) => text === textOf(value));
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
  return Array.from({ length: Math.max(gone.length, left.length) }, (_, n) => {
    const there = left[n];
    return {
      what,
      ...(n < gone.length ? { was: gone[n] } : {}),
      ...(there === undefined ? {} : { now: there.value }),
    };
  });
}
