/** Reads iCalendar strictly by RFC 5545, with nothing of ours: what it accepts, calendar programs do. */

export interface Component {
  readonly name: string;
  /** `NAME` or `NAME;PARAM=…` to its raw value; each at most once. */
  readonly properties: ReadonlyMap<string, string>;
  readonly inside: readonly Component[];
}

// 3.1: name, parameters, value; no control characters but the tab.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the grammar names them.
const CONTENT_LINE = /^([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=[^;:,"\u0000-\u001f]+)*):([^\u0000-\u0008\u000a-\u001f\u007f]*)$/;

function contentLines(text: string): string[] {
  if (!text.endsWith('\r\n')) throw new Error('the last line is not ended');
  const raw = text.slice(0, -2).split('\r\n');
  const lines: string[] = [];
  for (const line of raw) {
    if (/[\r\n]/.test(line)) throw new Error(`a bare line break in ${line}`);
    if (Buffer.byteLength(line) > 75) throw new Error(`${Buffer.byteLength(line)} octets: ${line}`);
    if (line.includes('\ufffd')) throw new Error(`a character was cut in two: ${line}`);
    if (line.startsWith(' ')) lines.push(`${lines.pop() ?? ''}${line.slice(1)}`);
    else lines.push(line);
  }
  return lines;
}

export function parseIcs(bytes: Uint8Array): Component {
  const lines = contentLines(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  const read = (): Component => {
    const name = /^BEGIN:(.+)$/.exec(lines.shift() ?? '')?.[1];
    if (name === undefined) throw new Error('no component begins here');
    const properties = new Map<string, string>();
    const inside: Component[] = [];
    for (let line = lines[0]; line !== undefined && line !== `END:${name}`; line = lines[0]) {
      if (line.startsWith('BEGIN:')) {
        inside.push(read());
        continue;
      }
      const match = CONTENT_LINE.exec(line);
      if (match === null) throw new Error(`no content line: ${line}`);
      const key = `${match[1]}${match[2]}`;
      if (properties.has(key)) throw new Error(`${key} is there twice`);
      properties.set(key, match[3] ?? '');
      lines.shift();
    }
    if (lines.shift() === undefined) throw new Error(`${name} does not end`);
    return { name, properties, inside };
  };
  const calendar = read();
  if (lines.length > 0) throw new Error(`after the end: ${lines[0]}`);
  return calendar;
}

/** 3.3.11: the text a value stands for. */
export function textOf(value: string | undefined): string {
  const raw = value ?? '';
  if (/(^|[^\\])(\\\\)*[;,]/.test(raw)) throw new Error(`not escaped: ${raw}`);
  return raw.replace(/\\([\\;,nN])|\\/g, (all, char?: string) => {
    if (char === undefined) throw new Error(`an escape that does not exist: ${all} in ${raw}`);
    return char === 'n' || char === 'N' ? '\n' : char;
  });
}
