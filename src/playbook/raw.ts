/**
 * Reading values that may be anything: the cross-checks look at what is there whether or not the rest of
 * the file is right, so that one mistake never hides another.
 */
import type { PlaybookProblem } from './problems.ts';
import type { Path, Source } from './source.ts';

export class Raw {
  readonly source: Source;
  readonly path: Path;
  readonly value: unknown;

  private constructor(source: Source, path: Path, value: unknown) {
    this.source = source;
    this.path = path;
    this.value = value;
  }

  /** The whole file. */
  static of(source: Source): Raw {
    return new Raw(source, [], source.value);
  }

  /** The entry of a map; its value is undefined when there is none. */
  get(key: string): Raw {
    const value = isRecord(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    return new Raw(this.source, [...this.path, key], value);
  }

  has(key: string): boolean {
    return isRecord(this.value) && Object.hasOwn(this.value, key);
  }

  /** The entries of a map; none when it is no map. */
  entries(): [string, Raw][] {
    return isRecord(this.value) ? Object.keys(this.value).map((key) => [key, this.get(key)]) : [];
  }

  /** The items of a list; none when it is no list. */
  items(): Raw[] {
    return Array.isArray(this.value)
      ? this.value.map((item: unknown, index) => new Raw(this.source, [...this.path, index], item))
      : [];
  }

  get text(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === 'number' ? this.value : undefined;
  }

  problem(message: string, expected: string, what: 'key' | 'value' = 'value'): PlaybookProblem {
    return this.source.at(this.path, message, expected, what);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
