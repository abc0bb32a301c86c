/** An email file: YAML front matter between two lines of `---`, then the body. */
import { emailName, idOfFile } from './files.ts';
import type { PlaybookProblem } from './problems.ts';
import { readYaml, type Source } from './source.ts';

export interface EmailFile {
  readonly id: string;
  /** Of a translation. */
  readonly language?: string;
  readonly format: 'markdown' | 'mjml';
  /** The front matter, with positions in the whole file. */
  readonly source: Source;
  readonly body: string;
  /** Where the body starts in the file's text. */
  readonly bodyOffset: number;
}

const EXPECTED = 'front matter between two lines of "---", then the body';

/** Reads an email file. Without front matter the whole text is the body, and that is a problem. */
export function readEmail(file: string, text: string): EmailFile {
  const { id, ...name } = { format: 'markdown' as const, ...emailName(file), id: idOfFile(file) };
  const opening = /^---[ \t]*\n/.exec(text);
  const from = opening?.[0].length ?? 0;
  const closing = opening && /^---[ \t]*(?:\n|$)/m.exec(text.slice(from));
  if (!opening || !closing) {
    const source = readYaml(file, text, 0, 0);
    const message = opening ? 'the front matter does not end' : 'the email has no front matter';
    const problem: PlaybookProblem = source.atOffset(0, message, EXPECTED);
    return { id, ...name, source: { ...source, broken: true, problems: [problem] }, body: '', bodyOffset: text.length };
  }
  const to = from + closing.index;
  const bodyOffset = to + closing[0].length;
  return { id, ...name, source: readYaml(file, text, from, to), body: text.slice(bodyOffset), bodyOffset };
}
