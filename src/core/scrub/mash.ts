/** Words typed to get past a form: fingers on the keyboard, not names. */

/** Letters as they lie beside each other: QWERTY, QWERTZ and AZERTY. */
const ROWS = ['qwertyuiop', 'qwertzuiopü', 'azertyuiop', 'asdfghjklöä', 'qsdfghjklm', 'zxcvbnm', 'yxcvbnm', 'wxcvbn'];
const RUNS = ROWS.flatMap((row) => [row, [...row].reverse().join('')]);

/** A run this long is no word; the few shorter ones that everybody types are listed. */
const LONG_RUN = 5;
const SHORT_RUNS: ReadonlySet<string> = new Set([
  'asdf',
  'qwer',
  'hjkl',
  'jklö',
  'zxcv',
  'yxcv',
  'uiop',
  'azer',
  'qsdf',
]);

const isRun = (word: string): boolean =>
  SHORT_RUNS.has(word) || (word.length >= LONG_RUN && RUNS.some((run) => run.includes(word)));

const inOneRow = (word: string): boolean => ROWS.some((row) => [...word].every((letter) => row.includes(letter)));

/**
 * `aaaa`, `asdfgh`, `sdfsdf`, `jkjkjk`: one letter over and over, a run along the keys, or a few keys of
 * one row again and again. Names that repeat themselves (Coco, Mimi) are shorter or of several rows.
 */
export function isMash(text: string): boolean {
  const word = text.toLowerCase();
  if (!/^\p{L}{3,}$/u.test(word)) return false;
  if (/^(.)\1{2,}$/u.test(word) || isRun(word)) return true;
  const again = /^(.{2,5}?)\1+(.*)$/u.exec(word);
  const [, unit = '', rest = ''] = again ?? [];
  return word.length >= 6 && unit !== '' && unit.startsWith(rest) && inOneRow(unit);
}
