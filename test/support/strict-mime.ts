/**
 * What the RFCs ask of a message's octets, line by line, read without any mail library: RFC 5322 2.1 and 2.2
 * (lines, header fields, folding), RFC 2045 (transfer encodings), 2046 (multipart), 2047 (encoded words).
 */

export interface StrictPart {
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded from its transfer encoding. */
  readonly body: Buffer;
}

export interface StrictMessage {
  /** Fields in their order, unfolded, names as written. */
  readonly fields: readonly (readonly [string, string])[];
  /** First value by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The leaves, in order. */
  readonly parts: readonly StrictPart[];
}

const ONCE = new Set(
  'from sender reply-to to cc bcc message-id in-reply-to references subject date mime-version content-type content-transfer-encoding list-unsubscribe list-unsubscribe-post feedback-id'.split(
    ' ',
  ),
);
const LONGEST_LINE = 998;
/** RFC 5322 2.1.1 asks for 78 where it can be had: only a word that cannot be cut may be longer. */
const GOOD_LINE = 78;
const LONGEST_WORD = 75;

/** @throws Error that names the rule and the line */
export function readStrictly(raw: Buffer): StrictMessage {
  const text = raw.toString('latin1');
  const lines = linesOf(text);
  for (const [n, line] of lines.entries()) {
    if (line.length > LONGEST_LINE) throw new Error(`line ${n + 1} has ${line.length} octets`);
  }
  const { fields, headers, body } = split(text);
  for (const name of ['from', 'to', 'date', 'message-id', 'mime-version', 'content-type']) {
    if (!headers.has(name)) throw new Error(`no ${name}`);
  }
  return { fields, headers, parts: partsOf(headers, body) };
}

function linesOf(text: string): string[] {
  const lines = text.split('\r\n');
  const bad = lines.findIndex((line) => /[\r\n\0]/.test(line));
  if (bad >= 0) throw new Error(`line ${bad + 1} has a bare CR, LF or a NUL`);
  if (!text.endsWith('\r\n')) throw new Error('the last line does not end');
  return lines;
}

function split(text: string) {
  const end = text.startsWith('\r\n') ? -2 : text.indexOf('\r\n\r\n');
  if (end === -1) throw new Error('no empty line after the header');
  const head = end < 0 ? '' : text.slice(0, end);
  const fields = head === '' ? [] : head.split(/\r\n(?![ \t])/).map((field) => fieldOf(field));
  const headers = new Map<string, string>();
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (headers.has(lower) && ONCE.has(lower)) throw new Error(`${name} stands twice`);
    if (!headers.has(lower)) headers.set(lower, value);
  }
  return { fields, headers, body: text.slice(end + 4) };
}

function fieldOf(field: string): [string, string] {
  const [, name = '', value = ''] = /^([!-9;-~]+):([\s\S]*)$/.exec(field) ?? [];
  if (name === '') throw new Error(`no header field: ${JSON.stringify(field)}`);
  if (/[^\t\r\n\x20-\x7e]/.test(field)) throw new Error(`${name} has an octet that is no printable ASCII`);
  for (const line of field.split('\r\n')) {
    if (line.trim() === '') throw new Error(`${name} is folded into an empty line (RFC 5322 3.2.2)`);
    if (line.length > GOOD_LINE && /\S\s+\S/.test(line.replace(/^[!-9;-~]+:/, '').trim()))
      throw new Error(`${name} could be folded at ${GOOD_LINE}: ${line}`);
  }
  const unfolded = value.replace(/\r\n(?=[ \t])/g, '');
  encodedWords(name, unfolded);
  return [name, unfolded.trim()];
}

/** RFC 2047 2: at most 75 long, set off by white space; each is whole characters (5.3). */
function encodedWords(name: string, value: string): void {
  for (const word of value.split(/[ \t]+|[()]/)) {
    if (!word.includes('=?')) continue;
    const quoted = /^"(?:[^"\\]|\\.)*"?,?$/.test(word);
    if (quoted) continue;
    const [, charset = '', encoding = '', data = ''] =
      /^=\?([!-+\--<>@-Z\\^-~]+)\?([BbQq])\?([!->@-~]*)\?=,?$/.exec(word) ?? [];
    if (charset === '') throw new Error(`${name} has a broken encoded word: ${word}`);
    if (word.replace(/,$/, '').length > LONGEST_WORD) throw new Error(`${name} has an encoded word of ${word.length}`);
    decodeStrictly(name, encoding.toUpperCase(), data);
  }
}

function decodeStrictly(name: string, encoding: string, data: string): string {
  if (encoding === 'B') {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data))
      throw new Error(`${name} has an encoded word that is no base64`);
  } else if (/=(?![0-9A-F]{2})/.test(data)) {
    throw new Error(`${name} has an encoded word that is no Q`);
  }
  const bytes = encoding === 'B' ? Buffer.from(data, 'base64') : Buffer.from(unescapeHex(data), 'latin1');
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

const unescapeHex = (text: string): string =>
  text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function partsOf(headers: ReadonlyMap<string, string>, body: string): StrictPart[] {
  const type = headers.get('content-type') ?? 'text/plain';
  const [, boundary] = /^multipart\/[a-z]+;(?:[^"]*;)?\s*boundary="([^"]{1,70})"/i.exec(type) ?? [];
  if (boundary === undefined) {
    if (/^multipart\//i.test(type)) throw new Error('a multipart without a boundary');
    return [{ headers, body: decode(headers.get('content-transfer-encoding') ?? '7bit', body) }];
  }
  const [, ...pieces] = `\r\n${body}`.split(`\r\n--${boundary}`);
  const last = pieces.pop();
  if (last === undefined || !/^--[ \t]*(\r\n|$)/.test(last))
    throw new Error(`the boundary ${boundary} is never closed`);
  return pieces.flatMap((piece) => {
    if (!piece.startsWith('\r\n')) throw new Error('text after a boundary');
    const part = split(piece.slice(2));
    return partsOf(part.headers, part.body);
  });
}

/** The octets of a body. Each encoding is held to its own limits of line length and alphabet. */
function decode(encoding: string, body: string): Buffer {
  const longest = Math.max(...body.split('\r\n').map((line) => line.length));
  switch (encoding.toLowerCase()) {
    case '7bit':
      if (/[^\t\r\n\f\x20-\x7e]/.test(body)) throw new Error('a 7bit body with something else in it');
      return Buffer.from(body, 'latin1');
    case 'quoted-printable':
      if (longest > 76) throw new Error(`a quoted-printable line of ${longest}`);
      if (/[^\t\r\n\x20-\x7e]/.test(body) || /=(?!\r\n|[0-9A-F]{2})/.test(body) || /[ \t](\r\n|$)/.test(body))
        throw new Error('a quoted-printable body with something else in it');
      return Buffer.from(unescapeHex(body.replaceAll('=\r\n', '')), 'latin1');
    case 'base64': {
      if (longest > 76) throw new Error(`a base64 line of ${longest}`);
      const data = body.replaceAll('\r\n', '');
      if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data))
        throw new Error('a base64 body with something else in it');
      return Buffer.from(data, 'base64');
    }
    default:
      throw new Error(`the transfer encoding ${encoding}`);
  }
}
