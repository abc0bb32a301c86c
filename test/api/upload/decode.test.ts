import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../../src/api/upload/decode.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function read(bytes: Uint8Array, { size = 7, charset }: { size?: number; charset?: string } = {}) {
  const decoded = decode(inChunks(bytes, size), charset);
  let text = '';
  for await (const part of decoded.text) text += part;
  return { text, encoding: decoded.encoding() };
}

const utf16 = (text: string, order: 'le' | 'be', bom: boolean): Uint8Array => {
  const bytes = Buffer.from((bom ? '\uFEFF' : '') + text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};
const western = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('an upload’s encoding', () => {
  const text = 'Email,Vorname\nzoë@acme.example,Zoë Müller – 株式会社\n';

  test.each([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`), 'utf-8'],
    ['UTF-16 LE with a byte order mark', utf16(text, 'le', true), 'utf-16le'],
    ['UTF-16 BE with a byte order mark', utf16(text, 'be', true), 'utf-16be'],
  ])('%s', async (_, bytes, encoding) => {
    for (const size of [1, 2, 3, 64, 10_000]) expect(await read(bytes, { size })).toEqual({ text, encoding });
  });

  test('UTF-16 without a byte order mark is told by its zero bytes', async () => {
    const plain = 'Email,First Name\nada@acme.example,Ada\n';
    expect(await read(utf16(plain, 'le', false))).toEqual({ text: plain, encoding: 'utf-16le' });
    expect(await read(utf16(plain, 'be', false))).toEqual({ text: plain, encoding: 'utf-16be' });
  });

  test('Windows-1252 is found at its first byte, however late it comes', async () => {
    const late = `${'a@acme.example,Ada\n'.repeat(2_000)}b@acme.example,Zoë Müller\n`;
    for (const size of [1, 500, 100_000])
      expect(await read(western(late), { size })).toEqual({ text: late, encoding: 'windows-1252' });
    expect((await read(western('Email\nx\x80'))).text).toBe('Email\nx€');
  });

  test('UTF-8 that breaks later on is refused, for the names before were right', async () => {
    const broken = Buffer.concat([Buffer.from('Email,Name\na@b.example,Zoë\n'), western('c@d.example,Jürgen\n')]);
    for (const size of [1, 1_000]) await expect(read(broken, { size })).rejects.toMatchObject({ code: 'bad-encoding' });
  });

  test('a charset that is named is believed, and one that is unknown refused', async () => {
    expect(await read(Buffer.from([0x45, 0xa4]), { charset: 'iso-8859-15' })).toEqual({
      text: 'E€',
      encoding: 'iso-8859-15',
    });
    await expect(read(Buffer.from('x'), { charset: 'klingon' })).rejects.toMatchObject({ code: 'wrong-content-type' });
    await expect(read(Buffer.from([0x61, 0xff, 0x62]), { charset: 'utf-16le' })).rejects.toMatchObject({
      code: 'bad-encoding',
    });
  });

  test.each([
    ['an Excel workbook', [0x50, 0x4b, 0x03, 0x04, 1, 2, 3], 'bad-file'],
    ['an old Excel workbook', [0xd0, 0xcf, 0x11, 0xe0], 'bad-file'],
    ['gzip', [0x1f, 0x8b, 8, 0], 'bad-file'],
    ['UTF-32', [0xff, 0xfe, 0, 0, 0x45, 0, 0, 0], 'bad-encoding'],
    ['NUL characters', [0x45, 0x6d, 0, 0x61, 0x69, 0x6c, 0, 0], 'bad-file'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(read(Uint8Array.from(bytes))).rejects.toMatchObject({ code });
  });

  test('chunks never matter', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 9 }), async (words, size) => {
        const safe = `Email,${words.replaceAll('\0', '').replace(/^\uFEFF/, '')}`;
        expect((await read(Buffer.from(safe), { size })).text).toBe(safe);
      }),
    );
  });
});
