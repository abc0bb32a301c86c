/**
 * Bytes of an upload to text, as they come in. A byte order mark or a charset decides; without
 * one it is UTF-8, and where that fails before any character beyond ASCII was read, Windows-1252,
 * which is what Excel writes in the West. Text that is UTF-8 in part is broken and refused, for
 * guessing would put wrong names into greetings.
 */
import { TextDecoder } from 'node:util';
import { Problem } from '../problem/problem.ts';

export interface Decoded {
  readonly text: AsyncGenerator<string>;
  /** What it turned out to be; final when the text has ended. */
  readonly encoding: () => string;
}

/** Files that are no text, by their first bytes. */
const BINARY: readonly { readonly magic: readonly number[]; readonly what: string }[] = [
  { magic: [0x50, 0x4b, 0x03, 0x04], what: 'an Excel workbook or a zip archive' },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel workbook' },
  { magic: [0x1f, 0x8b], what: 'compressed' },
  { magic: [0x25, 0x50, 0x44, 0x46], what: 'a PDF' },
];
const SNIFFED = 4_096;

const starts = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, n) => bytes[n] === byte);

/** The encoding that the first bytes speak of; undefined: UTF-8, or else Windows-1252. */
function sniff(head: Uint8Array): string | undefined {
  const binary = BINARY.find(({ magic }) => starts(head, magic));
  if (binary !== undefined) throw new Problem('bad-file', `The file is ${binary.what}: export it as CSV`);
  if (starts(head, [0xff, 0xfe, 0, 0]) || starts(head, [0, 0, 0xfe, 0xff])) {
    throw new Problem('bad-encoding', 'The file is UTF-32: save it as UTF-8');
  }
  if (starts(head, [0xff, 0xfe])) return 'utf-16le';
  if (starts(head, [0xfe, 0xff])) return 'utf-16be';
  if (starts(head, [0xef, 0xbb, 0xbf])) return 'utf-8';
  // Latin text in UTF-16 has a zero byte in every other place.
  const zeros = [0, 1].map((odd) => head.filter((byte, n) => n % 2 === odd && byte === 0).length);
  const half = head.length / 2;
  if ((zeros[1] ?? 0) > half * 0.4 && zeros[0] === 0) return 'utf-16le';
  if ((zeros[0] ?? 0) > half * 0.4 && zeros[1] === 0) return 'utf-16be';
  return undefined;
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    throw new Problem('wrong-content-type', `The charset ${label} is not known here`, { cause });
  }
}

/**
 * Decodes a stream.
 * @param charset of the content type, when it names one
 * @throws Problem `bad-encoding`, `bad-file`, `wrong-content-type`, while the text is read
 */
export function decode(chunks: AsyncIterable<Uint8Array>, charset: string | undefined): Decoded {
  let encoding = charset?.toLowerCase() ?? 'utf-8';
  async function* text(): AsyncGenerator<string> {
    let decoder: Decoder | undefined;
    let head = new Uint8Array();
    const open = (): Decoder => {
      const sniffed = sniff(head);
      if (charset !== undefined || sniffed !== undefined) {
        encoding = sniffed ?? encoding;
        return new Known(encoding);
      }
      return new Guessing((found) => {
        encoding = found;
      });
    };
    for await (const chunk of chunks) {
      if (decoder === undefined) {
        head = concat(head, chunk);
        if (head.length < SNIFFED) continue;
        decoder = open();
        yield checked(decoder.push(head));
      } else yield checked(decoder.push(chunk));
    }
    if (decoder === undefined) {
      decoder = open();
      yield checked(decoder.push(head));
    }
    yield checked(decoder.end());
  }
  return { text: text(), encoding: () => encoding };
}

function checked(text: string): string {
  if (text.includes('\0')) throw new Problem('bad-file', 'The file holds NUL characters: it is not text');
  return text;
}

interface Decoder {
  push(bytes: Uint8Array): string;
  end(): string;
}

/** An encoding that was named, by a byte order mark or by the caller. */
class Known implements Decoder {
  readonly #label: string;
  readonly #decoder: TextDecoder;

  constructor(label: string) {
    this.#label = label;
    this.#decoder = decoderOf(label);
  }

  push(bytes: Uint8Array): string {
    return this.#try(() => this.#decoder.decode(bytes, { stream: true }));
  }

  end(): string {
    return this.#try(() => this.#decoder.decode());
  }

  #try(run: () => string): string {
    try {
      return run();
    } catch (cause) {
      throw new Problem('bad-encoding', `The file is not ${this.#label} throughout: save it as UTF-8`, { cause });
    }
  }
}

/** UTF-8, or Windows-1252 from the first byte that cannot be UTF-8. */
class Guessing implements Decoder {
  readonly #onFound: (encoding: string) => void;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  readonly #western = new TextDecoder('windows-1252');
  #isWestern = false;
  #seenUtf8 = false;
  /** Start of a character whose rest is in the next chunk. */
  #carry = new Uint8Array();

  constructor(onFound: (encoding: string) => void) {
    this.#onFound = onFound;
  }

  push(chunk: Uint8Array): string {
    const bytes = concat(this.#carry, chunk);
    const cut = this.#isWestern ? bytes.length : wholeCharacters(bytes);
    this.#carry = bytes.slice(cut);
    return this.#decode(bytes.subarray(0, cut));
  }

  end(): string {
    const rest = this.#carry;
    this.#carry = new Uint8Array();
    return this.#decode(rest);
  }

  #decode(bytes: Uint8Array): string {
    if (this.#isWestern) return this.#western.decode(bytes);
    try {
      const text = this.#utf8.decode(bytes);
      this.#seenUtf8 ||= text.length < bytes.length;
      return text;
    } catch (cause) {
      const loose = new TextDecoder('utf-8').decode(bytes);
      const broken = loose.split('\uFFFD').length - 1;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range.
      const whole = loose.replace(/[\x00-\x7f\uFFFD]/g, '').length;
      if (this.#seenUtf8 || whole >= broken) {
        throw new Problem('bad-encoding', 'The file is UTF-8 in some places and not in others: save it as UTF-8', {
          cause,
        });
      }
      this.#isWestern = true;
      this.#onFound('windows-1252');
      return this.#western.decode(bytes);
    }
  }
}

/** Length of the bytes without an incomplete UTF-8 character at the end. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
