import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MODE_NAMES } from '../../src/dev/mailbox/modes.ts';
import { SEND_ERRORS } from '../../src/email/errors.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/email.md'), 'utf8');

/** The rows of the table with this heading row, each as its cells. */
function table(heading: string): string[][] {
  const [, body = ''] = page.split(`${heading}\n`);
  const [rows = ''] = body.split('\n\n');
  return rows
    .split('\n')
    .slice(1)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

it('docs/email.md shows the table of send errors as it is', () => {
  const decisions = { backOff: 'back off', giveUp: 'give up', ambiguous: 'ambiguous' };
  const shown = table('| code | when | decision | wait |').map(([code, when, decision]) => [code, when, decision]);
  expect(shown).toEqual(SEND_ERRORS.map(({ code, when, decision }) => [`\`${code}\``, when, decisions[decision]]));
});

it('docs/email.md shows every mode of the mailbox', () => {
  expect(table('| mode | answer | message kept |').map(([mode]) => mode)).toEqual(
    MODE_NAMES.map((mode) => `\`${mode}\``),
  );
});
