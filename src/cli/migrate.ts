/** `volley migrate`: brings the store up to date, its schema and what newer versions keep of older rows. */
import { readConfig } from '../config.ts';
import { backfill } from '../store/backfill.ts';
import { openDatabase } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { colour, note, print, printJson } from './terminal.ts';

/** Real ms between two lines that say how far it is. */
const TELL_MS = 5_000;

export async function runMigrations(options: { json?: true }): Promise<void> {
  const config = readConfig();
  const database = await openDatabase({ databaseUrl: config.databaseUrl, home: config.home });
  try {
    const { applied } = await migrate(database.db, database.kind);
    let told = Date.now();
    const leads = await backfill(database.db, (done) => {
      if (Date.now() - told < TELL_MS) return;
      told = Date.now();
      note(`${done} leads read`);
    });
    if (options.json) {
      printJson({ applied, leads });
      return;
    }
    if (applied.length === 0) print(`${colour.green('up to date')}: nothing to apply`);
    else print(`${colour.green('applied')} ${applied.length}: ${applied.join(', ')}`);
    if (leads > 0) print(`${colour.green('read')} the journals of ${leads} leads for the reports`);
  } finally {
    await database.close();
  }
}
