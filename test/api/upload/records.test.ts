import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delimiterOf, Lines, Records, readFields } from '../../../src/api/upload/records.ts';
import { readRows } from '../../../src/api/upload/rows.ts';

function rowsOf(text: string, size = 5, delimiter = ',') {
  const lines = new Lines();
  const records = new Records(delimiter);
  const out = [];
  for (let from = 0; from < text.length; from += size)
    out.push(...records.push(lines.push(text.slice(from, from + size))));
  out.push(...records.push(lines.end()), ...records.end());
  return readFields(out, delimiter);
}

const quote = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

describe('CSV rows', () => {
  test('end at LF, CR LF or CR, mixed too, and count as a spreadsheet counts', () => {
    expect(rowsOf('a,b\r\n1,2\n3,4\r5,6')).toEqual([
      [1, ['a', 'b']],
      [2, ['1', '2']],
      [3, ['3', '4']],
      [4, ['5', '6']],
    ]);
    expect(rowsOf('a\n\n  \nb\n')).toEqual([
      [1, ['a']],
      [4, ['b']],
    ]);
  });

  test('a field in quotes may hold delimiters, quotes and line breaks', () => {
    expect(rowsOf('a,"x, ""y""\nz",b\nc,d,e\n')).toEqual([
      [1, ['a', 'x, "y"\nz', 'b']],
      [2, ['c', 'd', 'e']],
    ]);
  });

  test('a quote inside a field is a character', () => {
    expect(rowsOf('5" pipe,x\n"a"b,c\nd,e "f"\n')).toEqual([
      [1, ['5" pipe', 'x']],
      [2, ['"a"b', 'c']],
      [3, ['d', 'e "f"']],
    ]);
  });

  test('a quote that is never closed costs its own row and no other', () => {
    const after = Array.from({ length: 300 }, (_, n) => `${n},ok`);
    const rows = rowsOf(['h,i', '1,"broken', ...after].join('\n'), 64);
    expect(rows).toHaveLength(302);
    expect(rows[1]).toEqual([2, 'a quote is opened here and never closed']);
    expect(rows.slice(2)).toEqual(after.map((_, n) => [n + 3, [String(n), 'ok']]));
    expect(rowsOf('h,i\n1,"broken\n2,ok\n')).toEqual([
      [1, ['h', 'i']],
      [2, 'a quote is opened here and never closed'],
      [3, ['2', 'ok']],
    ]);
  });

  test('a line without an end is refused before it fills the memory', () => {
    const lines = new Lines();
    expect(() => {
      for (let n = 0; n < 100; n += 1) lines.push('x'.repeat(100_000));
    }).toThrow(expect.objectContaining({ code: 'bad-file' }));
  });

  test('what a writer quotes is read back, whatever the chunks', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ';', ' ', 'é') });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 20 }), (rows, size) => {
        const kept = rows.filter((row) => row.map(quote).join(',').trim() !== '');
        const text = kept.map((row) => row.map(quote).join(',')).join('\n');
        expect(rowsOf(text, size).map(([, fields]) => fields)).toEqual(kept);
      }),
    );
  });

  test('the delimiter is what the header has most of', () => {
    expect(delimiterOf('Email;Name;"a,b,c,d"')).toBe(';');
    expect(delimiterOf('Email\tName')).toBe('\t');
    expect(delimiterOf('Email')).toBe(',');
  });
});

describe('a file', () => {
  async function* text(...parts: string[]): AsyncGenerator<string> {
    yield* parts;
  }
  const all = async (parts: string[], format: 'csv' | 'ndjson') => {
    const { columns, rows } = await readRows(text(...parts), format);
    const out = [];
    for await (const some of rows) out.push(...some);
    return { columns, out };
  };

  test('CSV: the first row that is not empty names the columns', async () => {
    expect(await all(['\n', '\nEma', 'il;Name\r', '\na@b.example;A\n'], 'csv')).toEqual({
      columns: ['Email', 'Name'],
      out: [{ row: 4, fields: ['a@b.example', 'A'] }],
    });
    expect(await all(['Email'], 'csv')).toEqual({ columns: ['Email'], out: [] });
    expect(await all(['"First\nName",Email\nAda,a@b.example'], 'csv')).toEqual({
      columns: ['First Name', 'Email'],
      out: [{ row: 2, fields: ['Ada', 'a@b.example'] }],
    });
  });

  test('an empty one, and one whose header never ends, are refused', async () => {
    await expect(all([], 'csv')).rejects.toMatchObject({ code: 'bad-file' });
    await expect(all(['\n \n'], 'csv')).rejects.toMatchObject({ code: 'bad-file' });
    await expect(all(['"Email,Name\na,b\n'], 'csv')).rejects.toMatchObject({ code: 'bad-file' });
  });

  test('NDJSON: each line is a row, empty ones and endless ones aside', async () => {
    const { out } = await all(['{"a":1}\n\n', `{"b":2}\n"${'x'.repeat(300_000)}"`], 'ndjson');
    expect(out).toEqual([
      { row: 1, line: '{"a":1}' },
      { row: 3, line: '{"b":2}' },
      { row: 4, error: expect.stringContaining('longer') },
    ]);
  });
});
