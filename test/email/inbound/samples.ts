/** Messages as mail programs write them, one after another in a text file, each with what it is. */
import { readFileSync } from 'node:fs';

export interface Sample {
  readonly name: string;
  /** After `=>`: class, and for an absence the day and whether it is the last one away. */
  readonly is: readonly string[];
  /** `%% text: …` and the like. */
  readonly more: Readonly<Record<string, string>>;
  readonly raw: Buffer;
}

export function samples(file: string): Sample[] {
  const text = readFileSync(new URL(`./samples/${file}.txt`, import.meta.url), 'utf8');
  return text.split(/^(?=%% .*=>)/m).map((block) => {
    const lines = block.split('\n');
    const [name = '', is = ''] = (lines[0] ?? '').slice(3).split(' => ');
    const notes = lines.slice(1).filter((line) => line.startsWith('%% '));
    const more = Object.fromEntries(
      notes.map((line): [string, string] => [line.slice(3, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const message = lines.slice(1 + notes.length).join('\r\n');
    return { name, is: is.split(' '), more, raw: Buffer.from(message) };
  });
}
