/**
 * Whether HTML with Liquid in it is closed where it was opened, whatever the values: each branch of an `{% if %}`
 * and each round of a `{% for %}` closes what it opens, and nothing else.
 */
import type { Mistake } from './mistake.ts';

type Frame =
  | { readonly kind: 'tag' | 'liquid'; readonly name: string; readonly at: number }
  | { readonly kind: 'scope'; readonly name: string; readonly strict: boolean };

const OPENS: ReadonlySet<string> = new Set(['if', 'unless', 'case', 'for']);
const BRANCHES: ReadonlySet<string> = new Set(['else', 'elsif', 'when']);
const LEAVES: ReadonlySet<string> = new Set(['break', 'continue']);

export class Nesting {
  readonly mistakes: Mistake[] = [];
  /** Liquid takes part of something made of Markdown away: no mistake of the author's, but no closed HTML either. */
  uneven = false;
  private readonly frames: Frame[] = [];

  open(name: string, at: number): void {
    this.frames.push({ kind: 'tag', name, at });
  }

  close(name: string, at: number): void {
    for (let n = this.frames.length - 1; this.frames[n]?.kind === 'tag'; n -= 1) {
      if (this.frames[n]?.name !== name) continue;
      this.unclosed(this.frames.splice(n).slice(1), '');
      return;
    }
    const top = this.frames.at(-1);
    const expected =
      top?.kind === 'tag'
        ? `</${top.name}>`
        : top?.kind === 'liquid'
          ? `no end tag, or <${name}> inside of the same {% ${top.name} %}`
          : 'no end tag';
    this.say(at, `</${name}> closes nothing here`, expected);
  }

  /** @param strict whether it is a mistake that Liquid begins inside and ends outside; else that is only noted */
  enter(name: string, strict: boolean): void {
    this.frames.push({ kind: 'scope', name, strict });
  }

  leave(): void {
    const begin = this.frames.findLastIndex(({ kind }) => kind === 'scope');
    const [scope, ...inside] = this.frames.splice(begin);
    if (scope?.kind !== 'scope') return;
    this.unclosed(inside, ` in the same ${scope.name}`);
    const liquid = inside.filter(({ kind }) => kind === 'liquid');
    for (const frame of liquid) this.crossed(scope, frame);
    this.frames.push(...liquid);
  }

  /** A tag of Liquid. */
  liquid(source: string, at: number): void {
    const name = /^\{%-?\s*(\w+)/.exec(source)?.[1] ?? '';
    const ends = name.startsWith('end') ? name.slice(3) : undefined;
    if (OPENS.has(name)) this.frames.push({ kind: 'liquid', name, at });
    else if (BRANCHES.has(name) || LEAVES.has(name) || (ends !== undefined && OPENS.has(ends))) {
      const isIts = (frame: Frame): boolean =>
        frame.kind === 'liquid' &&
        (LEAVES.has(name) ? frame.name === 'for' : ends === undefined || frame.name === ends);
      const begin = this.frames.findLastIndex(isIts);
      const block = this.frames[begin];
      if (block === undefined) return; // Liquid itself refuses it.
      const inside = this.frames.slice(begin + 1);
      this.unclosed(inside, ` inside of the same {% ${block.name} %}`);
      for (const frame of inside) if (frame.kind === 'scope') this.crossed(frame, { ...block, kind: 'liquid', at });
      // What `break` leaves is gone on with all the same.
      const kept = LEAVES.has(name) ? inside : inside.filter(({ kind }) => kind !== 'tag');
      this.frames.splice(begin + (ends === undefined ? 1 : 0), this.frames.length, ...kept);
    }
  }

  /** At the end of the text. */
  finish(where = ''): void {
    this.unclosed(this.frames.splice(0), where);
  }

  private unclosed(frames: readonly Frame[], where: string): void {
    for (const frame of frames)
      if (frame.kind === 'tag') this.say(frame.at, `<${frame.name}> is never closed`, `</${frame.name}>${where}`);
  }

  private crossed(scope: Frame & { kind: 'scope' }, frame: Frame): void {
    this.uneven = true;
    if (scope.strict && frame.kind === 'liquid')
      this.say(
        frame.at,
        `this {% ${frame.name} %} is partly in the ${scope.name}, partly not`,
        'all of it inside, or all of it outside',
      );
  }

  private say(offset: number, message: string, expected: string): void {
    // A `break` may come upon the same tag again.
    if (this.mistakes.some((other) => other.offset === offset && other.message === message)) return;
    this.mistakes.push({ offset, message, expected, recent: true });
  }
}
