/** The database keeps the word that the core says is the stronger one, for every two of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joined } from '../../src/core/suppression-strength.ts';
import { suppressionsOf, writeSuppression } from '../../src/store/suppressions/rows.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await withDatabase();
});
afterAll(() => database.close());

const REASONS = ['left-company', 'unsubscribed', 'bounced', 'asked by phone', 'complained', 'objected'];
const WORDS = REASONS.flatMap((reason) => ['lead', 'ses'].map((by) => ({ reason, by })));

test('two words about one address come to what the core says', async () => {
  const { db } = database.database;
  const said: Record<string, string> = {};
  const expected: Record<string, string> = {};
  for (const [n, first] of WORDS.entries()) {
    for (const [m, next] of WORDS.entries()) {
      const email = `a${n}-${m}@strength.example`;
      await writeSuppression(db, { ...first, email, until: Date.parse('2027-01-01') }, 0);
      await writeSuppression(db, { ...next, email }, 0);
      const [row] = await suppressionsOf(db, [`email:${email}`]);
      const about = `${first.reason} by ${first.by}, then ${next.reason} by ${next.by}`;
      said[about] = `${row?.reason} by ${row?.by} until ${row?.until}`;
      const kept = joined(first, next);
      expected[about] = `${kept.reason} by ${kept.by} until null`;
    }
  }
  expect(said).toEqual(expected);
});
