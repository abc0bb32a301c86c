/** Bytes of a playbook's file to text, or what they are instead. */

export interface NoText {
  readonly message: string;
  readonly expected: string;
}

const EXPECTED = 'text, saved as UTF-8';

/** The text of a file in UTF-8, or why it is none. */
export function readText(bytes: Uint8Array): string | NoText {
  if (isUtf16(bytes)) return { message: 'the file is UTF-16, not UTF-8', expected: EXPECTED };
  if (bytes.includes(0)) return { message: 'the file is no text', expected: EXPECTED };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { message: 'the file is not UTF-8 text', expected: EXPECTED };
  }
}

/** By its byte order mark, or by a zero byte in every other place as Latin text has it. */
function isUtf16(bytes: Uint8Array): boolean {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  const head = bytes.subarray(0, 4_096);
  const zeros = [0, 1].map((odd) => head.filter((byte, n) => n % 2 === odd && byte === 0).length);
  return zeros.some((count, odd) => count > head.length * 0.2 && zeros[1 - odd] === 0);
}
