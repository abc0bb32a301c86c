/** Cleaning of free text as exports and forms deliver it. */

/**
 * Zero-width characters, joiners, direction marks, soft hyphens, variation selectors, byte order marks: invisible,
 * and two spellings that look the same would not be equal.
 */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Control characters, line ends and Unicode's other spaces, no-break space included. */
const spacing = /[\p{Cc}\p{Z}]+/gu;

/** A surrogate without its partner is no character, and UTF-8 cannot store it. */
const loneSurrogate = /\p{Cs}/gu;

/** What people and systems write for "nothing". Compared in lower case, for every field. */
const nothing: ReadonlySet<string> = new Set([
  ...['n/a', 'n.a.', '#n/a', 'n\\a', 'null', '(null)', 'undefined', 'nan', '#name?', '#ref!', '#value!'],
  ...['none', '(none)', 'nil', 'unknown', '(unknown)', 'not set', '(not set)', '(no value)', '(blank)', 'not provided'],
  ...['not applicable', '[not provided]', '[[unknown]]', 'tbd', 'tbc', 'k.a.', 'k. a.', 'keine angabe', 'sin datos'],
]);

/**
 * NFC text on one line: invisible characters gone, every run of space one space, ends trimmed; `''` for
 * what means "nothing" (`n/a`, `null`, `-`) and for text without a single letter or digit.
 */
export function cleanText(text: string): string {
  const plain = text.normalize('NFC').replace(loneSurrogate, '').replace(invisible, '').replace(spacing, ' ').trim();
  const flat = plain.normalize('NFC');
  return nothing.has(flat.toLowerCase()) || !/[\p{L}\p{N}]/u.test(flat) ? '' : flat;
}

/** At most `max` characters, never cutting a surrogate pair, and no space left at the cut. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  return text
    .slice(0, max)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
}
